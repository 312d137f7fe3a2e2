/** Schemas of the members that answers about clips share; OpenAPI is generated from them. */
import { z } from "@hono/zod-openapi";
import { PACK_PRECISIONS } from "../../model/pack/precision.ts";

const WEIGHTS = ["checkpoint", "synthetic"] as const;

/** The pack that made an answer. */
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

/** The members that every answer about one clip has. */
export const CLIP_ANSWER = {
  model: StampSchema,
  audio: AudioSchema,
  frames: z.number().int().describe("Those that were computed."),
  silent: z
    .array(
      z.object({
        frame: z.number().int().describe("The first, counted with those left out."),
        frames: z.number().int(),
        start: z.number().describe("Seconds in the clip as received."),
        end: z.number(),
      }),
    )
    .optional()
    .describe("With skip_silence: frames of silence that were not computed and are left out."),
  frame_stride_seconds: z.number(),
  windows: z
    .number()
    .int()
    .describe("1 for a clip computed as a whole; more for one stitched of overlapping windows."),
  backend: z
    .string()
    .describe(
      "What computed it: `wasm`, `webgpu`, `native` or `cuda`; two with + between if both did, as where a GPU was lost. `none` for silence that was left out.",
    ),
};

/** The id of the request, as its log line has it. */
export const REQUEST_ID = {
  request_id: z.string().optional().describe("Not in the results of jobs, which stay the same."),
};
