/** Reading the clips that are named on the command line. */
import { createReadStream } from "node:fs";
import type { Pieces } from "../audio/byte-source.ts";
import { UndertoneError } from "../errors.ts";

/**
 * Gives a file's bytes to `work` as they are read, no further than it wants them.
 * @throws UndertoneError `not-found` if it cannot be read, and whatever `work` throws, with the file's name: there may be many.
 */
export async function withClipFile<Result>(
  path: string,
  work: (pieces: Pieces) => Promise<Result>,
): Promise<Result> {
  const file = createReadStream(path);
  try {
    return await work(file);
  } catch (cause) {
    if (file.errored === cause) throw unreadable(path, cause as Error);
    if (!(cause instanceof UndertoneError)) throw cause;
    throw new UndertoneError(cause.slug, `${path}: ${cause.message}`, cause.extensions, { cause });
  } finally {
    file.destroy();
  }
}

function unreadable(path: string, cause: Error): UndertoneError {
  return new UndertoneError(
    "not-found",
    `${path} cannot be read: ${cause.message}.`,
    {},
    { cause },
  );
}
