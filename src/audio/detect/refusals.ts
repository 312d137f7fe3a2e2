/** The errors of files that are not decoded, told by their first bytes, each with what their sender can do. */
import { UndertoneError } from "../../errors.ts";
import { isLaterWebmPiece } from "../containers/matroska/later-piece.ts";
import { laterPiece } from "../faults.ts";
import { sniffOther } from "./other.ts";
import { type Recoding, sniffRecoding } from "./recoding.ts";
import { sniffUnread, unreadAdvice } from "./unread.ts";

const CONVERT = "convert it, for example with: ffmpeg -i in -c:a pcm_s16le out.wav";
const RECODINGS: Readonly<Record<Recoding, string>> = {
  replaced:
    "was read as UTF-8 text on its way: bytes that are no text became U+FFFD (EF BF BD) and are lost",
  doubled: "was read as text and written as UTF-8 on its way: each byte from 80 up became two",
};
const SEND_BYTES =
  'Send the bytes of the file: in JavaScript a Blob or an ArrayBuffer and no string, in Python a file opened with "rb"';

/**
 * Passes a file that came as it was.
 * @throws UndertoneError `not-audio` if it was converted as text is.
 */
export function requireUnconverted(bytes: Uint8Array, accepted: readonly string[]): void {
  const recoding = sniffRecoding(bytes);
  if (recoding !== null) throw notAudio(`${RECODINGS[recoding]}. ${SEND_BYTES}`, accepted);
}

/** The error of bytes that are in no format which is read: `unsupported-codec` if it is known, else `not-audio`. */
export function unknownFormat(bytes: Uint8Array, accepted: readonly string[]): UndertoneError {
  return otherFormat(bytes, accepted) ?? notAudio("is not a recognised audio file", accepted);
}

/** The same error, if it can be told what the bytes are; null if it cannot. */
export function otherFormat(bytes: Uint8Array, accepted: readonly string[]): UndertoneError | null {
  const unread = sniffUnread(bytes);
  if (unread !== null)
    return unreadFormat(unread, { codec: unread }, accepted, unreadAdvice(unread));
  if (isLaterWebmPiece(bytes)) return laterPiece("a WebM recording", "the header");
  const seen = sniffOther(bytes);
  return seen === null ? null : notAudio(`looks like ${seen}, not like audio`, accepted);
}

/**
 * The error of a format that is known and not read.
 * @param name in a sentence
 * @param told what the error says of it beside the sentence
 */
export function unreadFormat(
  name: string,
  told: Readonly<Record<string, string>>,
  accepted: readonly string[],
  advice = CONVERT,
): UndertoneError {
  return new UndertoneError(
    "unsupported-codec",
    `The clip is ${name}, which is not read; ${advice}. Accepted: ${accepted.join(", ")}.`,
    { ...told, accepted },
  );
}

function notAudio(problem: string, accepted: readonly string[]): UndertoneError {
  return new UndertoneError("not-audio", `The clip ${problem}; accepted: ${accepted.join(", ")}.`, {
    accepted,
  });
}
