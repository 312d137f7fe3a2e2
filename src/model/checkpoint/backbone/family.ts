/** Compares the family that a config.json states with the one that the weights are of. */
import { UndertoneError } from "../../../errors.ts";
import { FAMILIES, FAMILY_NAMES, type Family } from "../../family.ts";

/** The prefix of a backbone's tensor names in transformers. */
const PREFIXES: Readonly<Record<Family, string>> = {
  wavlm: "wavlm",
  wav2vec2: "wav2vec2",
  hubert: "hubert",
  "unispeech-sat": "unispeech_sat",
};

/** Tensors of WavLM's gates, as the hub and the original name them. */
const GATE = /(^|\.)(attention\.gru_rel_pos_const|self_attn\.grep_a)$/;
const ATTENTION = /(^|\.)(attention|self_attn)\.q_proj\.weight$/;

/**
 * Passes if weights may be of the stated family: WavLM has gates, the others have none.
 * @returns notes for the person who builds a pack: families without gates are one architecture.
 * @throws UndertoneError `checkpoint-invalid` naming the family that the weights are of.
 */
export function requireFamilyOf(fileNames: Iterable<string>, stated: Family): string[] {
  const names = [...fileNames];
  const hasGates = names.some((name) => GATE.test(name));
  const prefixed = FAMILIES.find((family) => names.some((name) => isUnder(name, family)));
  const isWavLM = stated === "wavlm";
  if (hasGates && !isWavLM) throw lie(stated, "the gates of WavLM", '"wavlm"');
  if (!hasGates && isWavLM && names.some((name) => ATTENTION.test(name))) {
    const others = FAMILIES.filter((family) => family !== "wavlm");
    const known = prefixed === undefined || prefixed === "wavlm" ? null : prefixed;
    const advice = known === null ? `one of ${others.join(", ")}` : `"${known}"`;
    throw lie(stated, "no gates (gru_rel_pos_const), which every layer of WavLM has", advice);
  }
  if (prefixed === undefined || prefixed === stated) return [];
  return [
    `config.json says model_type "${stated}", and the tensors are named ${PREFIXES[prefixed]}.…: ${FAMILY_NAMES[stated]} and ${FAMILY_NAMES[prefixed]} are one architecture, so the numbers are the same.`,
  ];
}

/** True if a tensor's name has the family's prefix, which may stand under others. */
function isUnder(name: string, family: Family): boolean {
  const prefix = `${PREFIXES[family]}.`;
  return name.startsWith(prefix) || name.includes(`.${prefix}`);
}

function lie(stated: Family, found: string, advice: string): UndertoneError {
  return new UndertoneError(
    "checkpoint-invalid",
    `config.json says model_type "${stated}", and the weights have ${found}: set model_type to ${advice}, or use the config.json that belongs to the weights.`,
    { fields: ["model_type"] },
  );
}
