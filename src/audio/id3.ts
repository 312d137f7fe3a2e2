/** ID3v2 tags, which stand before the first frame of MP3 files, and of some AAC and FLAC files (id3.org, ID3v2.4.0 §3.1). */
import { UndertoneError } from "../errors.ts";
import { type ByteSource, portionOf } from "./byte-source.ts";
import { truncatedFile } from "./file-faults.ts";

const HEADER_BYTES = 10;
const FOOTER_FLAG = 0x10;
/** Files have one, or one of each program that they went through. */
const MOST_TAGS = 64;

/**
 * Passes over as many tags as stand at the front, cover pictures and all.
 * @returns what comes after them, with positions of its own; the same source if there is none.
 * @throws UndertoneError `clip-truncated` if the file ends within it, `clip-damaged` if they do not end.
 */
export async function skipId3Tags(source: ByteSource): Promise<ByteSource> {
  let tags = 0;
  for (; ; tags++) {
    const header = await source.peek(HEADER_BYTES);
    if (!isTag(header)) break;
    if (tags === MOST_TAGS) throw endlessTags();
    const tagBytes = HEADER_BYTES + bodyBytes(header);
    const skippedBytes = await source.skip(tagBytes);
    if (skippedBytes < tagBytes || (await source.peek(1)).length === 0) {
      throw truncatedFile("audio", "within its ID3 tag or right after it");
    }
  }
  return tags === 0 ? source : portionOf(source);
}

function endlessTags(): UndertoneError {
  return new UndertoneError(
    "clip-damaged",
    `The file begins with more than ${MOST_TAGS} ID3 tags and no sound has come; write it again without them, for example with: ffmpeg -i in.mp3 -map 0:a -c copy -map_metadata -1 out.mp3`,
  );
}

/** Whether bytes begin with a tag of the first version, which stands behind the last frame of a file. */
export function isId3v1(bytes: Uint8Array): boolean {
  return bytes[0] === 0x54 && bytes[1] === 0x41 && bytes[2] === 0x47;
}

function isTag(header: Uint8Array): boolean {
  return header[0] === 0x49 && header[1] === 0x44 && header[2] === 0x33;
}

/** Four bytes of seven bits each. */
function bodyBytes(header: Uint8Array): number {
  const [flags = 0, ...size] = header.subarray(5, HEADER_BYTES);
  const bytes = size.reduce((sum, sevenBits) => sum * 2 ** 7 + (sevenBits & 0x7f), 0);
  return bytes + (flags & FOOTER_FLAG ? HEADER_BYTES : 0);
}
