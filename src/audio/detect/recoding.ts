/** Binary files that went through a conversion of text on their way, by which bytes from 80 up were changed. */

/** The outcome of the bytes. */
export type Recoding =
  /** Read as UTF-8: bytes that are none became U+FFFD (EF BF BD) and are lost. */
  | "replaced"
  /** Read as Latin-1 and written as UTF-8: each became two. */
  | "doubled";

/** Fewer doubled bytes than this may be chance. */
const FEWEST_DOUBLED = 4;
const TEXT_CONTROLS = "\t\n\f\r\x1b";
const REPLACEMENT = "\ufffd";

/** The conversion that damaged the file, null if none did. Text as such is none of these. */
export function sniffRecoding(bytes: Uint8Array): Recoding | null {
  const text = decodeUtf8(bytes.subarray(restOfCharacter(bytes)));
  if (text === null) return null;
  const characters = Array.from(text);
  // Binary files have control characters, text has none.
  if (!characters.some((character) => character < " " && !TEXT_CONTROLS.includes(character))) {
    return null;
  }
  if (characters.includes(REPLACEMENT)) return "replaced";
  const beyondAscii = characters.filter((character) => character >= "\x80");
  const isLatin1 = beyondAscii.every((character) => character <= "\xff");
  return isLatin1 && beyondAscii.length >= FEWEST_DOUBLED ? "doubled" : null;
}

/** The bytes of a character that began before: text behind a tag may begin anywhere. */
function restOfCharacter(bytes: Uint8Array): number {
  const start = bytes.subarray(0, 3).findIndex((byte) => byte >> 6 !== 0b10);
  return start === -1 ? 3 : start;
}

/** The bytes as UTF-8 text, or null if they are not; a character cut at the end does no harm. */
function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return decoder.decode(bytes, { stream: true });
  } catch {
    return null;
  }
}
