/** The trained model that comes with the code, and clips of words that it never heard. */
import { readFile } from "node:fs/promises";
import { withLanguageModel } from "../../src/cli/packs/language-model.ts";
import { writePack } from "../../src/model/build/write-pack.ts";
import { openHuggingFaceDirectory } from "../../src/model/checkpoint/huggingface/open.ts";
import { manifestKey } from "../../src/model/pack/manifest.ts";
import type { Precision } from "../../src/model/pack/precision.ts";
import type { Store } from "../../src/store/store.ts";
import texts from "../../test/fixtures/spoken-words/clips/texts.json" with { type: "json" };

const CHECKPOINT = new URL("../../models/spoken-words", import.meta.url).pathname;
const CLIPS = new URL("../../test/fixtures/spoken-words/clips/", import.meta.url);

/** transformers' logits of the first five clips, as `<number>.logits`. */
export const SPOKEN_GOLDEN = new URL(
  "../../test/fixtures/spoken-words/golden.safetensors",
  import.meta.url,
).pathname;

/** A held-out utterance: what is said in it, and whose voice it is. */
export interface SpokenClip {
  readonly file: string;
  readonly text: string;
  /** A voice of flite (`rms`, `slt`) or of espeak-ng. */
  readonly voice: string;
}

/** All of them. */
export const SPOKEN_CLIPS: readonly SpokenClip[] = texts;

/** Those in voices that the model knows well: what it writes of them is what is said, word for word. */
export const CLEAR_CLIPS = SPOKEN_CLIPS.filter(({ voice }) => voice !== "rms");

/** A clip's bytes: FLAC, 16 kHz mono. */
export async function readSpokenClip(file: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(new URL(file, CLIPS)));
}

/** A small trigram model of its words, which is not that of the clips. */
export const SPOKEN_ARPA = new URL("../../test/fixtures/language-model/words.arpa", import.meta.url)
  .pathname;

/** Builds the model, not calibrated, into `store` as an installed pack; with a language model if an ARPA file is named. */
export function installSpokenWords(
  store: Store,
  precision: Precision,
  arpaFile?: string,
): Promise<void> {
  return writeSpokenWords(store, precision, manifestKey, arpaFile);
}

/** Builds it as the directory of a pack that the command line computes with. */
export function writeSpokenWordsDirectory(
  store: Store,
  precision: Precision,
  arpaFile?: string,
): Promise<void> {
  return writeSpokenWords(store, precision, () => "manifest.json", arpaFile);
}

async function writeSpokenWords(
  store: Store,
  precision: Precision,
  keyOf: (id: string) => string,
  arpaFile?: string,
): Promise<void> {
  const opened = await openHuggingFaceDirectory(CHECKPOINT);
  const { checkpoint, blob } = await withLanguageModel(opened, arpaFile);
  if (blob !== null) await store.put(blob.key, blob.bytes);
  await writePack(checkpoint, { precision }, new Map(), {
    put: (key, bytes) => store.put(key, bytes),
    manifestKey: keyOf,
  });
}
