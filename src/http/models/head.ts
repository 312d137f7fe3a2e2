/** A pack's task head, in the names that users see. */
import { z } from "@hono/zod-openapi";
import { HEAD_KINDS, type Head, type HeadOf } from "../../model/heads/head.ts";
import { ThresholdSchema, thresholdMetadata } from "../../tasks/threshold.ts";

/** The task of a model's head; null for a bare backbone. */
export const HeadSchema = z
  .object({
    kind: z.enum(HEAD_KINDS),
    minimum_samples: z.number().int().describe("Of the shortest clip that it takes, at 16 kHz."),
    layer_sum: z
      .object({ weights: z.array(z.number()).readonly(), last_state: z.enum(["raw", "normed"]) })
      .nullable()
      .describe("The weights of the hidden states that it sums up; null for last_hidden_state."),
    embedding_size: z.number().int().optional(),
    threshold: ThresholdSchema.optional(),
    labels: z.array(z.string()).readonly().optional(),
    xvector_pack: z
      .string()
      .nullable()
      .optional()
      .describe(
        "Of diarizations: the pack whose x-vectors match speakers of several windows; null if overlap alone does.",
      ),
    token_count: z.number().int().optional(),
    has_vocabulary: z
      .boolean()
      .optional()
      .describe("Whether tokens are known by more than numbers."),
    language_model: z
      .object({
        order: z.number().int().describe("The most words of an n-gram."),
        ngrams: z.number().int(),
      })
      .nullable()
      .optional()
      .describe("Of transcriptions with decoder=beam; null if the pack has none."),
  })
  .nullable();

/** Describes a manifest's head. */
export function describeHead(head: Head | undefined): z.output<typeof HeadSchema> {
  if (head === undefined) return null;
  const { kind, minimumSamples, layerSum } = head;
  return {
    kind,
    minimum_samples: minimumSamples,
    layer_sum: layerSum && { weights: layerSum.weights, last_state: layerSum.lastState },
    ...(head.kind === "xvector" && { embedding_size: head.embeddingSize }),
    ...(head.kind === "xvector" &&
      head.threshold && { threshold: thresholdMetadata(head.threshold) }),
    ...("labels" in head && { labels: head.labels }),
    ...(head.kind === "frame-classification" && { xvector_pack: head.xvectorPack ?? null }),
    ...(head.kind === "ctc" && {
      token_count: head.tokenCount,
      has_vocabulary: head.tokens !== null,
      language_model: describeLanguageModel(head),
    }),
  };
}

function describeLanguageModel({ languageModel }: HeadOf<"ctc">) {
  if (languageModel === undefined) return null;
  const { order, ngrams } = languageModel;
  return { order, ngrams };
}
