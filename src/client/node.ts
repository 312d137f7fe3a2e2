/** `undertone/node`: the client, and clips from files. */
import { openAsBlob } from "node:fs";

export * from "./index.ts";

/**
 * A file as a clip. It is read while it is sent, and again for a retry, and never held in memory as a whole.
 * @throws Error with the path if the file cannot be read
 */
export async function openClip(path: string): Promise<Blob> {
  try {
    return await openAsBlob(path);
  } catch (cause) {
    throw new Error(`${path} cannot be read. Check that the file is there.`, { cause });
  }
}
