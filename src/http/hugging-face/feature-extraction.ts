/** Task feature-extraction of Hugging Face's clients. */
import { z } from "@hono/zod-openapi";
import { featureTaps } from "../../model/engine/taps/resolve.ts";
import type { Matrix } from "../../model/matrix.ts";
import { namedMatrices } from "../../tasks/features/compute.ts";
import { ClipOptionsSchema, oneOf } from "../../tasks/options/schema.ts";
import type { Task } from "../../tasks/task.ts";

export const ExtractionOptionsSchema = ClipOptionsSchema.extend({
  normalize: oneOf(["false"]).optional().describe("false: frames are as the model gives them."),
  truncate: oneOf(["false"]).optional().describe("false: a clip that is too long is refused."),
});

export const ExtractionSchema = z
  .array(z.array(z.number()))
  .describe("[frames][width]: the last hidden state.")
  .openapi("ExtractedFeatures");

export const extractionTask: Task<typeof ExtractionOptionsSchema, { readonly features: Matrix }> = {
  name: "features",
  options: ExtractionOptionsSchema,
  texts: {},
  head: null,
  plan: (manifest) => featureTaps(manifest, { layers: "last", layerWeights: undefined }),
  answer({ result }) {
    const [named] = namedMatrices(result);
    if (named === undefined) throw new RangeError("nothing was computed");
    return { features: named[1] };
  },
};
