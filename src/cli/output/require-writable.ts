/** Checks that a directory can be written to before long work begins. */
import { access, constants, mkdir, rmdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { UndertoneError } from "../../errors.ts";

/**
 * Passes if `directory` can be written to, or made where it is not there yet; nothing is left behind.
 * @throws UndertoneError `invalid-option` saying what is in the way.
 */
export async function requireWritable(directory: string): Promise<void> {
  const { place, missing } = await nearest(resolve(directory));
  if (!(await stat(place)).isDirectory()) throw refusal(directory, `${place} is a file`);
  try {
    await access(place, constants.W_OK | constants.X_OK);
    if (missing === null) return;
    // Some places that root may write to take no directories, and Node's recursive mkdir never ends there.
    await mkdir(missing);
    await rmdir(missing);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw refusal(directory, `${place} cannot be written to (${code})`);
  }
}

/** The path itself or the nearest above it that is there, and what is missing first below that. */
async function nearest(
  path: string,
  missing: string | null = null,
): Promise<{ readonly place: string; readonly missing: string | null }> {
  const found = await stat(path).catch(() => null);
  return found !== null || dirname(path) === path
    ? { place: path, missing }
    : nearest(dirname(path), path);
}

function refusal(directory: string, reason: string): UndertoneError {
  return new UndertoneError(
    "invalid-option",
    `Nothing can be written to ${directory}, since ${reason}: choose another directory with --out.`,
    { option: "out" },
  );
}
