/** Reading the clips that are named on the command line. */
import { readFile } from "node:fs/promises";
import { UndertoneError } from "../errors.ts";

/**
 * Gives a file's bytes to `work`.
 * @throws UndertoneError `not-found` if it cannot be read, and whatever `work` throws, with the file's name: there may be many.
 */
export async function withClipFile<Result>(
  path: string,
  work: (bytes: Uint8Array) => Result | Promise<Result>,
): Promise<Result> {
  const bytes = await readClipFile(path);
  try {
    return await work(bytes);
  } catch (cause) {
    if (!(cause instanceof UndertoneError)) throw cause;
    throw new UndertoneError(cause.slug, `${path}: ${cause.message}`, cause.extensions, { cause });
  }
}

async function readClipFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new UndertoneError(
      "not-found",
      `${path} cannot be read: ${(cause as Error).message}.`,
      {},
      { cause },
    );
  }
}
