/** Families of encoders, and the family that a config.json describes. */
import { UndertoneError } from "../errors.ts";

/** Families whose encoders the engine computes, by their `model_type`. Only WavLM has a gated position bias. */
export const FAMILIES = ["wavlm", "wav2vec2", "hubert", "unispeech-sat"] as const;
export type Family = (typeof FAMILIES)[number];

/** The names of their papers. */
export const FAMILY_NAMES: Readonly<Record<Family, string>> = {
  wavlm: "WavLM",
  wav2vec2: "wav2vec 2.0",
  hubert: "HuBERT",
  "unispeech-sat": "UniSpeech-SAT",
};

/** Other models of speech, by `model_type`: their names, and what the engine does not compute. */
const OTHERS: Readonly<Record<string, readonly [name: string, difference: string]>> = {
  "data2vec-audio": [
    "data2vec",
    "its positions are encoded by several convolutions, one after another",
  ],
  unispeech: ["UniSpeech", "it was not compared with a reference"],
  "wav2vec2-conformer": ["wav2vec 2.0 with Conformer layers", "its layers have convolutions"],
  "wav2vec2-bert": ["wav2vec-BERT 2.0", "it takes spectrograms"],
  sew: ["SEW", "its encoder squeezes frames together"],
  "sew-d": ["SEW-D", "its encoder squeezes frames together"],
  whisper: ["Whisper", "it takes spectrograms"],
};

const CODE = /^[\w-]{1,64}$/;

/**
 * The family of a config.json, already parsed as JSON; `source` is what errors call it.
 * @throws UndertoneError `checkpoint-unsupported` naming any other family.
 */
export function requireFamily(json: unknown, source: string): Family {
  const type = (json as { model_type?: unknown } | null)?.model_type;
  const family = FAMILIES.find((known) => known === type);
  if (family !== undefined) return family;
  const extensions = { fields: ["model_type"] };
  const supported = FAMILIES.map((known) => FAMILY_NAMES[known]).join(", ");
  if (typeof type !== "string") {
    throw new UndertoneError(
      "checkpoint-unsupported",
      `${source} has no model_type, which says the family of the model: set it to one of ${FAMILIES.join(", ")}.`,
      extensions,
    );
  }
  const [name, difference] = OTHERS[type] ?? [CODE.test(type) ? `'${type}'` : "unknown", null];
  const because = difference === null ? "" : `, and ${difference}`;
  throw new UndertoneError(
    "checkpoint-unsupported",
    `This is a ${name} model (model_type of ${source})${because}: use a model of ${supported}.`,
    extensions,
  );
}
