/** The errors of a container whose bytes break off or make no sense, and the reading that ends in them. */
import { UndertoneError } from "../errors.ts";
import type { ByteSource } from "./bytes/source.ts";

/** The error of a file that ends too early; `where` continues "it ends". */
export function cutShort(where: string): UndertoneError {
  return new UndertoneError(
    "clip-truncated",
    `The file is incomplete or damaged; no audio could be decoded: it ends ${where}. Send the whole file.`,
  );
}

/** The error of a file whose bytes are not what its format allows; `problem` is a main clause. */
export function damaged(problem: string, options?: ErrorOptions): UndertoneError {
  return new UndertoneError(
    "clip-damaged",
    `The file is incomplete or damaged; no audio could be decoded: ${problem}. Send it again, or record or export it anew.`,
    {},
    options,
  );
}

/**
 * The error of a file that begins where another one ended.
 * @param kind such as `a WebM recording`
 * @param missing what the first piece has and this one has not
 */
export function laterPiece(kind: string, missing: string): UndertoneError {
  return new UndertoneError(
    "not-audio",
    `The clip is a later piece of ${kind}, without ${missing} that the first piece has: send it joined to the first, such as one Blob of all that MediaRecorder gave.`,
  );
}

/** Whether an error says that the file's bytes are at fault, so that what came before them still counts. */
export function isBreakage(error: unknown): boolean {
  return (
    error instanceof UndertoneError &&
    (error.slug === "clip-truncated" || error.slug === "clip-damaged")
  );
}

/**
 * Takes exactly `count` bytes, which the caller has bounded.
 * @throws UndertoneError `clip-truncated` if there are fewer.
 */
export async function readWhole(
  source: ByteSource,
  count: number,
  what: string,
): Promise<Uint8Array> {
  const bytes = await source.read(count);
  if (bytes.length < count) throw cutShort(`within ${what}`);
  return bytes;
}

/**
 * Passes over exactly `count` bytes.
 * @throws UndertoneError `clip-truncated` if there are fewer.
 */
export async function skipWhole(source: ByteSource, count: number, what: string): Promise<void> {
  if ((await source.skip(count)) < count) throw cutShort(`within ${what}`);
}
