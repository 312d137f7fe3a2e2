/** The errors of clips, in the same words for every format. */
import { UndertoneError } from "../errors.ts";

/**
 * The error of a file that ends before anything of it can be decoded.
 * @param kind such as `WAV`
 * @param where such as `before its 'data' chunk`
 */
export function truncatedFile(kind: string, where: string, missingBytes?: number): UndertoneError {
  const amount = missingBytes === undefined ? "" : `, ${missingBytes} bytes short`;
  return new UndertoneError(
    "clip-truncated",
    `The ${kind} file ends ${where}${amount}; no audio could be decoded. Send the whole file.`,
    missingBytes === undefined ? {} : { missingBytes },
  );
}

/** The error of a header whose fields cannot all be true. */
export function inconsistentHeader(kind: string, contradiction: string): UndertoneError {
  return new UndertoneError(
    "clip-header-inconsistent",
    `The ${kind} header contradicts itself: ${contradiction}; write the file again with a tool that fixes its header, such as ffmpeg.`,
  );
}

/** The error of a file that was never recorded to its end. */
export function emptyFile(kind: string): UndertoneError {
  return new UndertoneError(
    "clip-too-short",
    `The ${kind} file holds no samples; send one that was recorded to its end.`,
    { samples: 0 },
  );
}

/**
 * The error of samples that are stored in a way which is not read.
 * @param codec its name, for people
 * @param read what is, such as `of AIFF, PCM is read`
 * @param convert a command that makes a file of it which is read
 */
export function unreadCodec(
  kind: string,
  codec: string,
  read: string,
  convert = "ffmpeg -i in -c:a pcm_s16le out.wav",
): UndertoneError {
  return new UndertoneError(
    "unsupported-codec",
    `The ${kind} file holds ${codec}; ${read}. Convert it, for example with: ${convert}`,
    { codec },
  );
}

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

/** True if an error says that the file's bytes are at fault, so that what came before them still counts. */
export function isBreakage(error: unknown): boolean {
  return (
    error instanceof UndertoneError &&
    (error.slug === "clip-truncated" || error.slug === "clip-damaged")
  );
}
