/** Gives a checkpoint that transcribes a language model. */
import { readFile, stat } from "node:fs/promises";
import { sha256Of } from "../../crypto/digest.ts";
import { UndertoneError } from "../../errors.ts";
import type { Checkpoint } from "../../model/checkpoint/checkpoint.ts";
import { MAX_ARPA_BYTES, parseArpa } from "../../model/heads/ctc/lm/arpa.ts";
import { spellModel } from "../../model/heads/ctc/lm/guide.ts";
import { languageModelBlob } from "../../model/pack/manifest.ts";

/** A checkpoint whose head names a language model, and the blob of it. */
export interface WithLanguageModel {
  readonly checkpoint: Checkpoint;
  readonly blob: { readonly key: string; readonly bytes: Uint8Array } | null;
}

/**
 * Reads an ARPA file and holds it against the checkpoint's vocabulary; the checkpoint as it is where none is given.
 * @throws UndertoneError `invalid-option` for a file that cannot be read, is no ARPA file or is of another vocabulary, and
 *   for a checkpoint without a CTC head.
 */
export async function withLanguageModel(
  checkpoint: Checkpoint,
  path: string | undefined,
): Promise<WithLanguageModel> {
  if (path === undefined) return { checkpoint, blob: null };
  const { taskHead } = checkpoint;
  if (taskHead?.head.kind !== "ctc") {
    throw invalid("is for checkpoints that transcribe, with a CTC head: omit it");
  }
  const bytes = await readArpaFile(path);
  const model = await parseArpa(bytes);
  spellModel(model, taskHead.head);
  const languageModel = {
    bytes: bytes.length,
    sha256: await sha256Of(bytes),
    order: model.order,
    ngrams: model.size,
  };
  const head = { ...taskHead.head, languageModel };
  return {
    checkpoint: { ...checkpoint, taskHead: { ...taskHead, head } },
    blob: { key: languageModelBlob(languageModel).key, bytes },
  };
}

async function readArpaFile(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > MAX_ARPA_BYTES) {
      throw invalid(`names a file of ${size} bytes; at most ${MAX_ARPA_BYTES} are taken. Prune it`);
    }
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    if (cause instanceof UndertoneError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw invalid(`names a file that cannot be read (${reason})`);
  }
}

function invalid(problem: string): UndertoneError {
  return new UndertoneError("invalid-option", `--lm ${problem}.`, { option: "lm" });
}
