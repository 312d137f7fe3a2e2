/** The accuracy of a quantized pack, in the names that users see. */
import { z } from "@hono/zod-openapi";
import { HEAD_KINDS } from "../../model/heads/head.ts";
import { ACCURACY_AUDIO, type Accuracy } from "../../model/pack/accuracy.ts";

/** Differences from the same checkpoint in float32; null until undertone pack verify has found them. */
export const AccuracySchema = z
  .object({
    audio: z.enum(ACCURACY_AUDIO).describe("On whose clips it was compared."),
    seconds: z.number(),
    layers: z
      .array(
        z.object({
          relative_l2: z.number(),
          standardised_relative_l2: z.number(),
          mean_frame_cosine: z.number(),
          worst_frame_cosine: z.number(),
        }),
      )
      .describe("Of hidden states 0 to N."),
    head: z
      .object({
        kind: z.enum(HEAD_KINDS),
        logits_relative_l2: z.number(),
        label_agreement: z
          .number()
          .nullable()
          .describe("The share of decisions that are the same; null for x-vectors."),
        mean_embedding_cosine: z.number().nullable().describe("Of x-vectors, clip by clip."),
        worst_embedding_cosine: z.number().nullable(),
      })
      .nullable(),
  })
  .nullable();

/** Describes a pack's accuracy, as its manifest has it. */
export function describeAccuracy(accuracy: Accuracy | undefined): z.output<typeof AccuracySchema> {
  if (accuracy === undefined) return null;
  const { audio, seconds, layers, head } = accuracy;
  return {
    audio,
    seconds,
    layers: layers.map((error) => ({
      relative_l2: error.relativeL2,
      standardised_relative_l2: error.standardisedRelativeL2,
      mean_frame_cosine: error.meanFrameCosine,
      worst_frame_cosine: error.worstFrameCosine,
    })),
    head: head && {
      kind: head.kind,
      logits_relative_l2: head.logitsRelativeL2,
      label_agreement: head.labelAgreement,
      mean_embedding_cosine: head.meanEmbeddingCosine,
      worst_embedding_cosine: head.worstEmbeddingCosine,
    },
  };
}
