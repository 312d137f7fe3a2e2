/** The schema of features. */
import { z } from "@hono/zod-openapi";
import { DTYPES } from "../../formats/format.ts";
import { POOLS } from "../../model/engine/taps/pooling.ts";
import { CLIP_ANSWER, REQUEST_ID } from "../answer/clip-schema.ts";

const LayerSchema = z.object({
  name: z.string().describe("hidden_states.N, last_hidden_state, extract_features or weighted."),
  index: z.number().int().optional().describe("N of hidden_states.N."),
  shape: z
    .array(z.number().int())
    .describe("[frames, width], or [width] once pooled ([2 · width] by mean_std)."),
  dtype: z.enum(DTYPES),
  data: z
    .union([z.string(), z.array(z.number()), z.array(z.array(z.number()))])
    .describe("Numbers nested as the shape says, or base64 of their little-endian bytes."),
});

/** The JSON answer of POST /v1/features. */
export const FeaturesSchema = z
  .object({
    ...CLIP_ANSWER,
    pool: z.enum(POOLS),
    layers: z.array(LayerSchema),
    ...REQUEST_ID,
  })
  .openapi("Features");
