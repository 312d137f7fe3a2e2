/** Reading the clips that are named on the command line: files, or standard input as `-`. */
import { createReadStream } from "node:fs";
import { basename, extname } from "node:path";
import type { Pieces } from "../../audio/bytes/source.ts";
import { UndertoneError } from "../../errors.ts";

/** The name of standard input, and of standard output for results. */
export const STANDARD_STREAM = "-";

/** A part of a file that is a clip by itself, such as the member of an archive. */
export interface FilePart {
  /** Its name in messages. */
  readonly title: string;
  /** First byte and the one after the last. */
  readonly range?: { readonly start: number; readonly end: number } | undefined;
}

/**
 * Gives a clip's bytes to `work` as they are read, no further than it wants them.
 * @throws UndertoneError `not-found` if it cannot be read, `not-audio` for a directory, `empty-body` if nobody pipes a clip in,
 *   and whatever `work` throws, with the file's name: there may be many.
 */
export async function withClipFile<Result>(
  path: string,
  work: (pieces: Pieces) => Promise<Result>,
  { title, range }: FilePart = { title: clipTitle(path) },
): Promise<Result> {
  if (range?.start === range?.end && range !== undefined) {
    throw new UndertoneError("empty-body", `${title}: The clip is empty.`);
  }
  const file = openClip(path, range);
  try {
    return await work(file);
  } catch (cause) {
    if (file.errored === cause) throw unreadable(path, cause as NodeJS.ErrnoException);
    if (!(cause instanceof UndertoneError) || isFaultOfPack(cause)) throw cause;
    const message = `${title}: ${cause.message}`;
    throw new UndertoneError(cause.slug, message, cause.extensions, { cause });
  } finally {
    file.destroy();
  }
}

/** True for an error of the pack, which every clip would meet. */
export function isFaultOfPack({ slug }: UndertoneError): boolean {
  return slug === "pack-damaged" || slug === "pack-unsupported";
}

/** The name of a clip in messages. */
export function clipTitle(path: string): string {
  return path === STANDARD_STREAM ? "standard input" : path;
}

/** The base name, without extension, of files about a clip. */
export function clipStem(path: string): string {
  return path === STANDARD_STREAM ? "stdin" : basename(path, extname(path));
}

/**
 * Refuses lists with standard input twice: it can be read only once.
 * @throws UndertoneError `invalid-option`.
 */
export function requireOneStandardInput(paths: readonly string[]): void {
  if (paths.filter((path) => path === STANDARD_STREAM).length < 2) return;
  throw new UndertoneError(
    "invalid-option",
    "Standard input holds one clip: name - once, and the other clips as files.",
  );
}

function openClip(path: string, range: FilePart["range"]) {
  // The stream's end is the last byte.
  const options = range && { start: range.start, end: range.end - 1 };
  if (path !== STANDARD_STREAM) return createReadStream(path, options);
  if (!process.stdin.isTTY) return process.stdin;
  throw new UndertoneError(
    "empty-body",
    "Standard input is the terminal: pipe a clip in, such as 'undertone … - < clip.wav'.",
  );
}

function unreadable(path: string, cause: NodeJS.ErrnoException): UndertoneError {
  const options = { cause };
  if (cause.code === "EISDIR") {
    const pattern = `${path.replace(/\/+$/, "")}/*.wav`;
    const message = `${path} is a directory: name the clips in it, such as ${pattern}.`;
    return new UndertoneError("not-audio", message, {}, options);
  }
  const advice = ADVICE[cause.code ?? ""] ?? `cannot be read: ${cause.message}.`;
  return new UndertoneError("not-found", `${clipTitle(path)} ${advice}`, {}, options);
}

const ADVICE: Readonly<Record<string, string>> = {
  ENOENT: "does not exist: check its name.",
  ENOTDIR: "does not exist: check its name.",
  EACCES: "must not be read by you: check its permissions.",
  EPERM: "must not be read by you: check its permissions.",
};
