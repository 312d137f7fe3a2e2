/** The heads that `architectures` of a config.json names. */
import type { HeadKind } from "../../heads/head.ts";

/** Suffixes of transformers' head classes, for every family of models. */
const KIND_BY_ENDING: Readonly<Record<string, HeadKind>> = {
  ForXVector: "xvector",
  ForAudioFrameClassification: "frame-classification",
  ForCTC: "ctc",
  ForSequenceClassification: "sequence-classification",
};

/** transformers' class of each head. */
export const HEAD_CLASSES: ReadonlyMap<HeadKind, string> = new Map(
  Object.entries(KIND_BY_ENDING).map(([ending, kind]) => [kind, `WavLM${ending}`]),
);

/** Classes of families whose heads have WavLM's names, in a config that may have been copied from one of them. */
const RELATED =
  /^(?:Wav2Vec2|Wav2Vec2Conformer|Wav2Vec2Bert|Hubert|UniSpeech|UniSpeechSat|Data2VecAudio|SEW|SEWD)(Model|ForPreTraining|ForXVector|ForAudioFrameClassification|ForCTC|ForSequenceClassification)$/;

/** The model class named by a config.json. */
export interface NamedClass {
  /** null where `architectures` is missing or empty. */
  readonly name: string | null;
  /** Of one of WavLM's classes with a head, which the weights then have to fit; else null. */
  readonly kind: HeadKind | null;
  /** True if the weights may tell the head: no class is named, or one of a related family. */
  readonly isOpen: boolean;
}

/** Reads `architectures`. */
export function namedClass(architectures: readonly string[] | null | undefined): NamedClass {
  for (const name of architectures ?? []) {
    const kind = [...HEAD_CLASSES].find(([, own]) => own === name)?.[0];
    if (kind !== undefined) return { name, kind, isOpen: false };
  }
  const name = architectures?.[0] ?? null;
  return { name, kind: null, isOpen: name === null || RELATED.test(name) };
}
