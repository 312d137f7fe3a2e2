/** Links whose files are gone: a cleaned cache of the hub is full of them. */
import { lstat, readlink, stat } from "node:fs/promises";
import { basename } from "node:path";
import { UndertoneError } from "../../../errors.ts";

/** The error that a link at `path` leads nowhere; null if there is no link, or it leads to something. */
export async function danglingLink(path: string): Promise<UndertoneError | null> {
  const entry = await lstat(path).catch(() => null);
  if (!entry?.isSymbolicLink()) return null;
  if ((await stat(path).catch(() => null)) !== null) return null;
  const name = basename(path);
  return new UndertoneError(
    "checkpoint-invalid",
    `${name} is a link to ${await readlink(path)}, which is not there; fetch the checkpoint again, or name its model instead of this directory to have it fetched.`,
    { file: name },
  );
}
