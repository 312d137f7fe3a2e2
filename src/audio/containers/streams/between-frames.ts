/** Bytes between and behind the frames of MP3, AAC and FLAC files that are no damage: tags, zeros, text. */
import type { ByteSource } from "../../bytes/source.ts";
import {
  apeItemBytes,
  endlessTags,
  isLyrics3,
  lyrics3Bytes,
  MOST_TAGS,
  TAG_HEADER_BYTES,
  tagBytes,
} from "./tags.ts";

/** The bytes that are searched for the next frame, and a tag for its end. */
export const SEARCHED_BYTES = 65_536;

const LOOKED_AT_BYTES = 4_096;
/** Fewer may be the end of a frame. */
const LEAST_PADDING_BYTES = 4;
const ERASED = 0xff;
/** Fewer may be the beginning of a header. */
const LEAST_ERASED_BYTES = 16;

/** True if these bytes begin as something that may follow a whole frame: a tag, padding, or nothing. */
export function mayFollowFrame(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, LEAST_PADDING_BYTES);
  return start.every((byte) => byte === 0) || tagBytes(bytes) !== null || isLyrics3(bytes);
}

/**
 * Passes over all tags and zeros that stand here.
 * @throws UndertoneError `clip-damaged` if there are more tags in a row than any program writes.
 */
export async function passTagsAndPadding(source: ByteSource): Promise<void> {
  for (let tags = 0; ; tags++) {
    await passZeros(source);
    const bytes = await tagAt(source);
    if (bytes === null) return;
    if (tags === MOST_TAGS) throw endlessTags();
    await source.skip(bytes);
  }
}

/**
 * True if the rest of a file is what programs leave behind the last frame: text, memory that was never written, or the items
 * of an APE tag that has no header, only a footer.
 */
export function isTrailer(rest: Uint8Array): boolean {
  const isErased = rest.length >= LEAST_ERASED_BYTES && rest.every((byte) => byte === ERASED);
  return isErased || rest.every(isTextByte) || apeItemBytes(rest) !== null;
}

/** Passes over all zeros that stand here. */
export async function passZeros(source: ByteSource): Promise<void> {
  for (;;) {
    const bytes = await source.peek(LOOKED_AT_BYTES);
    let zeros = 0;
    while (bytes[zeros] === 0) zeros++;
    await source.skip(zeros);
    if (zeros < LOOKED_AT_BYTES) return;
  }
}

async function tagAt(source: ByteSource): Promise<number | null> {
  const start = await source.peek(TAG_HEADER_BYTES);
  return isLyrics3(start) ? lyrics3Bytes(await source.peek(SEARCHED_BYTES)) : tagBytes(start);
}

/** Printable ASCII and the white space between. */
function isTextByte(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d);
}
