/** What a checkpoint wants done to samples first, from its preprocessor_config.json. */
import { z } from "zod";
import { UndertoneError } from "../../errors.ts";

/** Keys left out mean what they mean to transformers; the others are about padding, which single clips have none of. */
const hubPreprocessor = z.looseObject({
  feature_extractor_type: z.literal("Wav2Vec2FeatureExtractor").optional(),
  feature_size: z.literal(1).default(1),
  sampling_rate: z.literal(16_000).default(16_000),
  do_normalize: z.boolean().default(true),
});

/**
 * Reads a preprocessor_config.json, already parsed as JSON: whether a clip is normalised to zero mean and unit variance.
 * @throws UndertoneError `checkpoint-unsupported` naming the fields that cannot be honoured.
 */
export function parseDoNormalize(json: unknown): boolean {
  const parsed = hubPreprocessor.safeParse(json);
  if (parsed.success) return parsed.data.do_normalize;
  const fields = parsed.error.issues.map((issue) => issue.path.join("."));
  const reasons = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new UndertoneError(
    "checkpoint-unsupported",
    `preprocessor_config.json asks for preprocessing other than WavLM's (${reasons.join("; ")}).`,
    { fields },
  );
}
