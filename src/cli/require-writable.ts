/** Finds out that a directory cannot be written to before hours are spent on what belongs into it. */
import { access, constants, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { UndertoneError } from "../errors.ts";

/**
 * Passes if `directory` can be written to, or made where it is not there yet; nothing is written.
 * @throws UndertoneError `invalid-option` saying what is in the way.
 */
export async function requireWritable(directory: string): Promise<void> {
  const place = await nearest(resolve(directory));
  if (!(await stat(place)).isDirectory()) throw refusal(directory, `${place} is a file`);
  try {
    await access(place, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw refusal(directory, `${place} is read-only for this user (${code})`);
  }
}

/** The path itself, or the nearest above it that is there. */
async function nearest(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  return found !== null || dirname(path) === path ? path : nearest(dirname(path));
}

function refusal(directory: string, reason: string): UndertoneError {
  return new UndertoneError(
    "invalid-option",
    `Nothing can be written to ${directory}, since ${reason}: let --out name another directory.`,
    { option: "out" },
  );
}
