/** Features as a job, by the stages of POST /v1/features. */
import { encodeFeatures } from "../../formats/encode.ts";
import { MEDIA_TYPES } from "../../formats/media-types.ts";
import { restoreFeatures, storeFeatures } from "../../results/serialize.ts";
import { featurizePrepared } from "../../tasks/features/compute.ts";
import { featuresKey } from "../../tasks/features/key.ts";
import { planWritten } from "../../tasks/features/plan.ts";
import { requireOneForNpy } from "../../tasks/options/encodable.ts";
import { type RequestOptions, resolveOptions } from "../../tasks/options/request.ts";
import { FeatureOptionsSchema } from "../../tasks/options/schema.ts";
import type { JobOptions } from "../job.ts";
import { type ClipsOfTask, type JobTask, parseOptions } from "./job-task.ts";

export const featuresJob: JobTask = {
  options: FeatureOptionsSchema,
  isOfPairs: false,
  read(options) {
    const request = parse(options);
    return { model: request.model, selection: request };
  },
  async plan(pack, options) {
    const request = parse(options);
    const plan = planWritten(pack, request, request.format ?? "json");
    return {
      keyOf: ([clipSha256 = ""], limits) => featuresKey(plan, clipSha256, limits),
      async compute([clip]: ClipsOfTask, engine, run) {
        if (clip === undefined) throw new RangeError("a job has a clip");
        return storeFeatures(await featurizePrepared(await clip(), engine, plan, run));
      },
    };
  },
  write(result, options) {
    const { format = "json", encoding, dtype, pool } = parse(options);
    const features = restoreFeatures(result);
    requireOneForNpy(features.tensors.length, format);
    const written = { format, encoding: encoding ?? "float", dtype, pool } as const;
    return {
      format,
      mediaType: MEDIA_TYPES[format][0],
      parts: encodeFeatures(features, written),
      stamp: features,
    };
  },
};

function parse(options: JobOptions): RequestOptions {
  return resolveOptions(parseOptions(FeatureOptionsSchema, options), new Map());
}
