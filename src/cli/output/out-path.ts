/** Checks of the `--out` path against the file system. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { UndertoneError } from "../../errors.ts";
import { STANDARD_STREAM } from "../clips/file.ts";

/** The kind of a file-system entry, as far as output is concerned. */
export type OutputKind = "directory" | "file" | "device" | "nothing";

/**
 * The kind of what is at `path`.
 * @throws UndertoneError `invalid-option` for a path that cannot be looked up.
 */
export async function outputKind(path: string): Promise<OutputKind> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw invalidOut(`--out ${path} cannot be used (${error.code}): name another place.`);
  });
  if (found === null) return "nothing";
  if (found.isDirectory()) return "directory";
  return found.isFile() ? "file" : "device";
}

/**
 * Refuses a path that is one of the clips, or a directory.
 * @throws UndertoneError `invalid-option`
 */
export async function requireNoOverwrite(path: string, clips: readonly string[]): Promise<void> {
  const isClip = clips.some((clip) => clip !== STANDARD_STREAM && resolve(clip) === resolve(path));
  if (isClip) throw invalidOut(`${path} is a clip and would be overwritten: name another --out.`);
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) {
    throw invalidOut(`${path} is a directory where a file would be written: name another --out.`);
  }
}

/** The `invalid-option` error of `--out`. */
export function invalidOut(sentence: string): UndertoneError {
  return new UndertoneError("invalid-option", sentence, { option: "out" });
}
