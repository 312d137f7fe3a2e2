/** What answers look like; OpenAPI is generated from these. */
import { z } from "@hono/zod-openapi";
import { DTYPES } from "../../../formats/format.ts";
import { POOLS } from "../../../model/engine/taps/pooling.ts";
import { CALIBRATIONS } from "../../../model/pack/manifest.ts";
import { PACK_PRECISIONS } from "../../../model/pack/precision.ts";
import { VerificationSchema } from "./accuracy.ts";
import { HeadSchema } from "./head.ts";

const WEIGHTS = ["checkpoint", "synthetic"] as const;

/** Which pack made an answer. */
export const StampSchema = z.object({
  id: z.string(),
  precision: z
    .enum(PACK_PRECISIONS)
    .describe("exported: what the exporter of a ready ONNX file chose."),
  pack_digest: z.string().describe("SHA-256 of the pack's manifest."),
  weights: z.enum(WEIGHTS).describe("Features of synthetic weights mean nothing."),
});

const ClipWarningSchema = z.object({
  code: z.enum(["clipped", "truncated", "silence", "part-skipped", "part-missing", "second-clip"]),
  detail: z.string(),
  samples: z
    .number()
    .int()
    .optional()
    .describe("Of clipped: how many, all used channels together."),
  seconds: z
    .number()
    .optional()
    .describe(
      "Of truncated: what was decoded from the start on. Of part-skipped, part-missing and second-clip: where, from the start.",
    ),
  count: z
    .number()
    .int()
    .optional()
    .describe("Of part-skipped, part-missing and second-clip: how many times."),
});

/** A clip, in answers. */
export const AudioSchema = z
  .object({
    container: z.string(),
    codec: z.string(),
    sample_rate_hz: z.number(),
    channels: z.number().int(),
    bits_per_sample: z
      .number()
      .int()
      .nullable()
      .describe("Of a stored sample; null where that means nothing, as in MP3."),
    seconds: z
      .number()
      .describe("Of the part that was used: all of it unless start or end is given."),
    track: z
      .number()
      .int()
      .optional()
      .describe(
        "Which audio track was used, from 0: where the file has several, or one was asked for.",
      ),
    channel: z
      .union([z.enum(["mix", "left", "right"]), z.number().int()])
      .describe("Which channel was used."),
    start: z.number().optional().describe("As asked for."),
    end: z.number().optional().describe("As asked for; the clip may end before."),
    warnings: z.array(ClipWarningSchema).readonly(),
  })
  .describe("The clip as received, and what was used of it.");

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

/** What every answer about one clip says of it. */
export const CLIP_ANSWER = {
  model: StampSchema,
  audio: AudioSchema,
  frames: z.number().int(),
  frame_stride_seconds: z.number(),
  windows: z
    .number()
    .int()
    .describe("1 for a clip computed as a whole; more for one stitched of overlapping windows."),
  backend: z
    .string()
    .describe(
      "What computed it: `wasm`, `webgpu`, or `webgpu+wasm` if both did, as where a GPU was lost.",
    ),
};

/** The JSON answer of POST /v1/features. */
export const FeaturesSchema = z
  .object({
    ...CLIP_ANSWER,
    pool: z.enum(POOLS),
    layers: z.array(LayerSchema),
    request_id: z.string().optional().describe("Not in the results of jobs, which stay the same."),
  })
  .openapi("Features");

/** One model of GET /v1/models. */
const ModelSchema = z
  .object({
    ...StampSchema.shape,
    default: z.boolean().describe("Whether requests that name no model get this one."),
    architecture: z.object({
      norm: z
        .enum(["post", "stable"])
        .describe("Where layer norms are: base models post, large ones stable."),
      layers: z.number().int(),
      hidden_size: z.number().int(),
      heads: z.number().int(),
    }),
    head: HeadSchema.describe("What it was trained for; null for a bare backbone."),
    verification: VerificationSchema.describe(
      "How far it is from the same checkpoint in float32; null until that was measured.",
    ),
    bytes: z.number().int().describe("Of all files of the pack together."),
    source: z.string(),
    licence: z.string().describe("Of the weights."),
  })
  .openapi("Model");

/** GET /v1/models/:id. */
export const ModelDetailSchema = ModelSchema.extend({
  preprocessing: z.object({ sample_rate_hz: z.number(), do_normalize: z.boolean() }),
  calibration: z
    .enum(CALIBRATIONS)
    .nullable()
    .describe("Whose clips the quantized model was calibrated with; null for none."),
  segments: z.array(z.object({ name: z.string(), bytes: z.number().int(), sha256: z.string() })),
}).openapi("ModelDetail");

/** What computes, and what was set aside. */
const BackendSchema = z
  .object({
    name: z.string(),
    threads: z.number().int().describe("Threads of the processor."),
    adapter: z.string().nullable().describe("The GPU in use, as it describes itself."),
    set_aside: z
      .array(z.object({ backend: z.string(), reason: z.string() }))
      .describe("Backends that are not used, and why."),
    losses: z.number().int().describe("How often a GPU was lost in the middle of a computation."),
  })
  .openapi("Backend");

/** GET /v1/models. */
export const ModelListSchema = z
  .object({
    models: z.array(ModelSchema),
    unusable: z
      .array(z.object({ id: z.string(), reason: z.string() }))
      .describe(
        "Packs that are there and cannot be used, such as those of another format version.",
      ),
    backend: BackendSchema.nullable().describe("`null` before anything was computed."),
  })
  .openapi("ModelList");

/** GET /healthz. */
export const HealthSchema = z
  .object({ status: z.literal("ok"), runtime: z.enum(["workerd", "node"]) })
  .openapi("Health");

/** GET /problems/:slug. */
export const ProblemTypeSchema = z
  .object({ type: z.string(), title: z.string(), status: z.number().int() })
  .openapi("ProblemType");

/** Every refusal: RFC 9457, with members of its own for some types. */
export const ProblemSchema = z
  .looseObject({
    ...ProblemTypeSchema.shape,
    detail: z.string().describe("What went wrong and what to do about it."),
    instance: z.string().describe("The request id."),
  })
  .openapi("Problem");
