/** The family of models that a config.json describes. */
import { UndertoneError } from "../errors.ts";

/** Families that are close to WavLM, by `model_type`, under the names of their papers. */
const RELATED: Readonly<Record<string, string>> = {
  wav2vec2: "wav2vec 2.0",
  "wav2vec2-conformer": "wav2vec 2.0 with Conformer layers",
  "wav2vec2-bert": "wav2vec-BERT 2.0",
  hubert: "HuBERT",
  unispeech: "UniSpeech",
  "unispeech-sat": "UniSpeech-SAT",
  "data2vec-audio": "data2vec",
  sew: "SEW",
  "sew-d": "SEW-D",
  whisper: "Whisper",
};

/**
 * Passes for a WavLM's config.json, already parsed as JSON; `source` is what errors call it.
 * @throws UndertoneError `checkpoint-unsupported` naming the family that it is of.
 */
export function requireWavLM(json: unknown, source: string): void {
  const type = (json as { model_type?: unknown } | null)?.model_type;
  if (type === "wavlm") return;
  const extensions = { fields: ["model_type"] };
  if (typeof type !== "string") {
    throw new UndertoneError(
      "checkpoint-unsupported",
      `${source} has no model_type, and so does not say that this is a WavLM: if it is one, set "model_type": "wavlm".`,
      extensions,
    );
  }
  const family = RELATED[type];
  throw new UndertoneError(
    "checkpoint-unsupported",
    `This is a ${family ?? `'${type}'`} model (model_type of ${source}), and Undertone builds packs of WavLM only: use a WavLM, such as microsoft/wavlm-base-plus.`,
    extensions,
  );
}
