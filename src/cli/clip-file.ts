/** Reading the clips that are named on the command line. */
import { readFile } from "node:fs/promises";
import { UndertoneError } from "../errors.ts";

/**
 * Reads a clip's bytes.
 * @throws UndertoneError `not-found` with the reason if it cannot be read.
 */
export async function readClipFile(path: string): Promise<Uint8Array> {
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
