/** The heads that `architectures` of a config.json names. */
import type { Family } from "../../family.ts";
import { HEAD_KINDS, type HeadKind } from "../../heads/head.ts";

/** The prefix of transformers' class names, by family. */
const CLASS_BEGINNINGS: Readonly<Record<Family, string>> = {
  wavlm: "WavLM",
  wav2vec2: "Wav2Vec2",
  hubert: "Hubert",
  "unispeech-sat": "UniSpeechSat",
};

/** The suffix of its class names, by head. */
const CLASS_ENDINGS: Readonly<Record<HeadKind, string>> = {
  xvector: "ForXVector",
  "frame-classification": "ForAudioFrameClassification",
  ctc: "ForCTC",
  "sequence-classification": "ForSequenceClassification",
};

/** Classes of families whose heads have the same names, in a config that may have been copied from one of them. */
const RELATED =
  /^(WavLM|Wav2Vec2|Wav2Vec2Conformer|Wav2Vec2Bert|Hubert|UniSpeech|UniSpeechSat|Data2VecAudio|SEW|SEWD)(?:Model|ForPreTraining|ForXVector|ForAudioFrameClassification|ForCTC|ForSequenceClassification)$/;

/** The model class named by a config.json. */
export interface NamedClass {
  /** null where `architectures` is missing or empty. */
  readonly name: string | null;
  /** Of one of the family's classes with a head, which the weights then have to fit; else null. */
  readonly kind: HeadKind | null;
  /** True if the weights may tell the head: no class is named, or one of a related family. */
  readonly isOpen: boolean;
}

/** The kinds of heads that transformers has for a family. */
export function headKindsOf(family: Family): readonly HeadKind[] {
  return family === "hubert" ? ["ctc", "sequence-classification"] : HEAD_KINDS;
}

/** transformers' class of a head. */
export function headClass(family: Family, kind: HeadKind): string {
  return CLASS_BEGINNINGS[family] + CLASS_ENDINGS[kind];
}

/** Reads `architectures` of a model of that family. */
export function namedClass(
  architectures: readonly string[] | null | undefined,
  family: Family,
): NamedClass {
  for (const name of architectures ?? []) {
    const kind = headKindsOf(family).find((known) => headClass(family, known) === name);
    if (kind !== undefined) return { name, kind, isOpen: false };
  }
  const name = architectures?.[0] ?? null;
  const beginning = RELATED.exec(name ?? "")?.[1];
  const isRelated = beginning !== undefined && beginning !== CLASS_BEGINNINGS[family];
  return { name, kind: null, isOpen: name === null || isRelated };
}
