/** The language model of a pack: a blob of text beside its weights. */
import { keepLast } from "../../once.ts";
import { parseArpa } from "../heads/ctc/lm/arpa.ts";
import { type SpelledModel, spellModel } from "../heads/ctc/lm/guide.ts";
import { headOf } from "../heads/head.ts";
import type { BlobReader } from "./blobs.ts";
import { languageModelBlob, type PackManifest } from "./manifest.ts";

/** The pack whose language model is asked for. */
export interface PackOfModel {
  readonly manifest: Pick<PackManifest, "heads">;
  readonly packDigest: string;
}

/** Gives the language model of a pack, or null if it has none. */
export type ReadLanguageModel = (pack: PackOfModel) => Promise<SpelledModel | null>;

/** A large model takes tens of MB: those that were read last are kept. */
const MOST_KEPT = 2;

/**
 * Makes a reader that keeps the models that it read last.
 * @throws UndertoneError (the reader) `pack-damaged`.
 */
export function languageModelReader(readBlob: BlobReader): ReadLanguageModel {
  const keep = keepLast<SpelledModel>(MOST_KEPT);
  return async ({ manifest, packDigest }) => {
    const head = headOf(manifest, "ctc");
    const described = head?.languageModel;
    if (head === undefined || described === undefined) return null;
    return await keep(packDigest, async () => {
      const bytes = await readBlob(languageModelBlob(described), "language model");
      return spellModel(await parseArpa(bytes), head);
    });
  };
}
