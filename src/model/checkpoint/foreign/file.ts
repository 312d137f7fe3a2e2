/** Detects files that are not weights, by their first bytes. */
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { UndertoneError } from "../../../errors.ts";

const BEGINNING_BYTES = 48;

/** First bytes of a file, and its type. */
const KINDS: readonly (readonly [beginning: RegExp, sentence: string])[] = [
  [
    /^version https:\/\/git-lfs/,
    "is the pointer that Git LFS leaves in place of a large file: run 'git lfs pull' in the clone, then build again",
  ],
  [
    /^\s*<(!doctype|html|\?xml)/i,
    "is a web page and not the file: download it again, from the hub by its /resolve/ address",
  ],
  [
    /^\x89HDF/,
    "holds weights of TensorFlow or Keras, which are not read: use the checkpoint's model.safetensors or pytorch_model.bin",
  ],
  [/^GGUF/, "is a GGUF file, which is not read: use the checkpoint's model.safetensors"],
];

/**
 * Passes for what may be weights.
 * @throws UndertoneError `checkpoint-invalid` saying what the file at `path` is instead.
 */
export async function refuseForeignFile(path: string): Promise<void> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(BEGINNING_BYTES),
      0,
      BEGINNING_BYTES,
      0,
    );
    const beginning = buffer.toString("latin1", 0, bytesRead);
    const found = KINDS.find(([pattern]) => pattern.test(beginning));
    if (found === undefined) return;
    const name = basename(path);
    throw new UndertoneError("checkpoint-invalid", `${name} ${found[1]}.`, { file: name });
  } finally {
    await file.close();
  }
}
