/** Preprocessing of samples, from a checkpoint's preprocessor_config.json or processor_config.json. */
import { z } from "zod";
import { UndertoneError } from "../../../errors.ts";
import { readOptionalJsonFile } from "./json-file.ts";

/** Files that may say it; transformers 5 writes the second alone where a processor is saved. */
export const PREPROCESSING_FILES = ["preprocessor_config.json", "processor_config.json"] as const;

/** The class of preprocessors that take samples as they are, in all families. */
const EXTRACTOR = "Wav2Vec2FeatureExtractor";

/** Keys left out mean what they mean to transformers; the others are about padding, which single clips have none of. */
const hubPreprocessor = z.looseObject({
  feature_extractor_type: z
    .literal(EXTRACTOR, { error: ({ input }) => `is ${nameOf(input)}, and has to be ${EXTRACTOR}` })
    .optional(),
  feature_size: z.literal(1).default(1),
  sampling_rate: z.literal(16_000).default(16_000),
  do_normalize: z.boolean().default(true),
});

/** Fields of processor_config.json about samples; files of transformers 4 only name classes. */
const hubProcessor = z.looseObject({
  feature_extractor: z.looseObject({}).nullish(),
  audio_processor: z.looseObject({}).nullish(),
});

/**
 * Reads whether the checkpoint in `directory` wants clips normalised to zero mean and unit variance. Of both files
 * processor_config.json is believed, as by transformers 5.
 * @throws UndertoneError `checkpoint-invalid` if neither file says it, or one is broken; `checkpoint-unsupported` naming the
 *   fields that cannot be honoured.
 */
export async function readDoNormalize(directory: string): Promise<boolean> {
  const [own, whole] = PREPROCESSING_FILES;
  const processor = await readOptionalJsonFile(directory, whole);
  const parsed = hubProcessor.safeParse(processor ?? {});
  const nested = parsed.success && (parsed.data.feature_extractor ?? parsed.data.audio_processor);
  if (nested) return parseDoNormalize(nested, whole);
  const given = await readOptionalJsonFile(directory, own);
  if (given !== undefined) return parseDoNormalize(given, own);
  throw new UndertoneError(
    "checkpoint-invalid",
    `Neither ${own} nor ${whole} says whether clips are normalised (do_normalize). Put the ${own} of the model that this one was trained from beside config.json; transformers' Trainer leaves it out of its checkpoints unless it is given a processor.`,
    { file: own },
  );
}

/**
 * Reads a preprocessor_config.json, already parsed as JSON: whether a clip is normalised to zero mean and unit variance.
 * @throws UndertoneError `checkpoint-unsupported` naming the fields that are not supported.
 */
export function parseDoNormalize(json: unknown, source: string = PREPROCESSING_FILES[0]): boolean {
  const parsed = hubPreprocessor.safeParse(json);
  if (parsed.success) return parsed.data.do_normalize;
  const fields = parsed.error.issues.map((issue) => issue.path.join("."));
  const reasons = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new UndertoneError(
    "checkpoint-unsupported",
    `${source} asks for preprocessing that is not supported (${reasons.join("; ")}).`,
    { fields },
  );
}

/** A class as errors name it. */
function nameOf(input: unknown): string {
  return typeof input === "string" && /^\w{1,64}$/.test(input) ? input : "not a class";
}
