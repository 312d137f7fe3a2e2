/** Tags around the sound of MP3, AAC and FLAC files: ID3v2 (id3.org, ID3v2.4.0 §3.1), APE, ID3v1 and Lyrics3. */
import { UndertoneError } from "../../../errors.ts";
import { type ByteSource, portionOf } from "../../bytes/source.ts";
import { truncatedFile } from "../../faults.ts";

/** So many bytes tell every tag that says at its start how long it is. */
export const TAG_HEADER_BYTES = 32;
/** Files have one, or one of each program that they went through. */
export const MOST_TAGS = 64;

const ID3V2_HEADER_BYTES = 10;
const ID3V2_FOOTER_FLAG = 0x10;
const HIGHEST_ID3V2_VERSION = 0x0f;
const APE_MAGIC = "APETAGEX";
const APE_HEADER_BYTES = 32;
const APE_HEADER_FLAG = 0x20;
const ID3V1_BYTES = 128;
const ENHANCED_ID3V1_BYTES = 227;

/**
 * Passes over the tags that stand at the front, cover pictures and all.
 * @returns what comes after them, with positions of its own; the same source if there is none.
 * @throws UndertoneError `clip-truncated` if the file ends within one or right after it, `clip-damaged` if they do not end.
 */
export async function skipTags(source: ByteSource): Promise<ByteSource> {
  for (let tags = 0; ; tags++) {
    const bytes = frontTagBytes(await source.peek(TAG_HEADER_BYTES));
    if (bytes === null) return tags === 0 ? source : portionOf(source);
    if (tags === MOST_TAGS) throw endlessTags();
    const skippedBytes = await source.skip(bytes);
    if (skippedBytes < bytes || (await source.peek(1)).length === 0) {
      throw truncatedFile("audio", "within the tag in front of its sound or right after it");
    }
  }
}

/** The length of the ID3v2 or APE tag that these bytes begin; null if they begin none. */
export function frontTagBytes(bytes: Uint8Array): number | null {
  if (isId3v2(bytes)) return id3v2Bytes(bytes);
  return begins(bytes, APE_MAGIC) ? apeBytes(bytes) : null;
}

/** The length of the tag that these bytes begin, one of those that stand behind the sound too; null if they begin none. */
export function tagBytes(bytes: Uint8Array): number | null {
  if (begins(bytes, "TAG+")) return ENHANCED_ID3V1_BYTES;
  return begins(bytes, "TAG") ? ID3V1_BYTES : frontTagBytes(bytes);
}

/** True if these bytes begin a Lyrics3 tag, which does not say at its start how long it is. */
export function isLyrics3(bytes: Uint8Array): boolean {
  return begins(bytes, "LYRICSBEGIN");
}

/** The length of the Lyrics3 tag that these bytes begin; null if its end is not among them. */
export function lyrics3Bytes(bytes: Uint8Array): number | null {
  const text = new TextDecoder("latin1").decode(bytes);
  const end = /LYRICS(END|200)/.exec(text);
  return end === null ? null : end.index + end[0].length;
}

/** The bytes of items of an APE tag without a header, as its footer tells; null if there are none here. */
export function apeItemBytes(bytes: Uint8Array): number | null {
  const footer = new TextDecoder("latin1").decode(bytes).indexOf(APE_MAGIC);
  if (footer === -1) return null;
  return footer + APE_HEADER_BYTES === apeSize(bytes.subarray(footer)) ? footer : null;
}

/** The error of tags that do not end. */
export function endlessTags(): UndertoneError {
  return new UndertoneError(
    "clip-damaged",
    `The file has more than ${MOST_TAGS} ID3 or APE tags in a row and no sound between them; write it again without them, for example with: ffmpeg -i in.mp3 -map 0:a -c copy -map_metadata -1 out.mp3`,
    { maxTags: MOST_TAGS },
  );
}

function isId3v2(bytes: Uint8Array): boolean {
  const [version = 0, , , ...size] = bytes.subarray(3, ID3V2_HEADER_BYTES);
  return (
    begins(bytes, "ID3") && version <= HIGHEST_ID3V2_VERSION && size.every((part) => part < 0x80)
  );
}

/** Four bytes of seven bits each. */
function id3v2Bytes(bytes: Uint8Array): number {
  const [flags = 0, ...size] = bytes.subarray(5, ID3V2_HEADER_BYTES);
  const bodyBytes = size.reduce((sum, sevenBits) => sum * 2 ** 7 + sevenBits, 0);
  const footerBytes = flags & ID3V2_FOOTER_FLAG ? ID3V2_HEADER_BYTES : 0;
  return ID3V2_HEADER_BYTES + bodyBytes + footerBytes;
}

/** A header says how much follows it, the footer included; a footer alone, whose tag came before it, ends with itself. */
function apeBytes(bytes: Uint8Array): number {
  const isHeader = ((bytes[23] ?? 0) & APE_HEADER_FLAG) !== 0;
  return APE_HEADER_BYTES + (isHeader ? apeSize(bytes) : 0);
}

/** Of the items and the footer. */
function apeSize(headerOrFooter: Uint8Array): number {
  const [size0 = 0, size1 = 0, size2 = 0, size3 = 0] = headerOrFooter.subarray(12, 16);
  return size0 + size1 * 2 ** 8 + size2 * 2 ** 16 + size3 * 2 ** 24;
}

function begins(bytes: Uint8Array, word: string): boolean {
  return (
    bytes.length >= word.length && String.fromCharCode(...bytes.subarray(0, word.length)) === word
  );
}
