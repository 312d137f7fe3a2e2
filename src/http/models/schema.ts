/** Schemas of installed models. */
import { z } from "@hono/zod-openapi";
import { CALIBRATIONS } from "../../model/pack/manifest.ts";
import { StampSchema } from "../answer/clip-schema.ts";
import { AccuracySchema } from "./accuracy.ts";
import { HeadSchema } from "./head.ts";

/** A model as OpenAI's API lists it. */
const ModelCardSchema = z.object({
  id: z.string(),
  object: z.literal("model"),
  created: z.number().int().describe("Always 0: packs have no date, so that one is like another."),
  owned_by: z.string().describe("Where the weights come from."),
});

/** One model of GET /v1/models. */
const ModelSchema = z
  .object({
    ...ModelCardSchema.shape,
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
    verification: AccuracySchema.describe(
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

/** The backend in use, and those that were set aside. */
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
    object: z.literal("list"),
    data: z.array(ModelCardSchema).describe("The same models as OpenAI's API lists them."),
    models: z.array(ModelSchema),
    unusable: z
      .array(z.object({ id: z.string(), reason: z.string() }))
      .describe(
        "Packs that are there and cannot be used, such as those of another format version.",
      ),
    backend: BackendSchema.nullable().describe("`null` before anything was computed."),
  })
  .openapi("ModelList");
