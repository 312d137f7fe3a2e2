/** Finds frames that each begin with a header, among bytes that may be anything. */
import type { ByteSource } from "../../bytes/source.ts";
import { mayFollowFrame, SEARCHED_BYTES } from "./between-frames.ts";
import { endlessTags, frontTagBytes, MOST_TAGS, TAG_HEADER_BYTES, tagBytes } from "./tags.ts";

/** The fields of a header. */
export interface FrameHeader {
  /** With the header. */
  readonly frameBytes: number;
}

/** The syntax by which frames of one kind are recognised. */
export interface FrameSyntax<Header extends FrameHeader> {
  /** Such as `an MP3 frame`, for messages. */
  readonly name: string;
  readonly headerBytes: number;
  /** The header at `start`; null if none stands there, or not all of it. */
  read(bytes: Uint8Array, start: number): Header | null;
  /** True if frames with these headers may belong to one stream. */
  isSameStream(one: Header, other: Header): boolean;
}

/** The place where frames begin, or a tag that may stand before them. */
export interface FoundFrames<Header extends FrameHeader> {
  readonly position: number;
  /** Null for a tag. */
  readonly header: Header | null;
}

/** So many headers in a row, each where the one before says, are no accident: of random bytes, one in 10^13 begins them. */
const CONVINCING_HEADERS = 3;
/** As good as those, if the file or its sound ends right behind them, or if they are of the stream that was read before. */
const LEAST_HEADERS = 2;
const SYNC = 0xff;
/** Of `ID3` and `APETAGEX`. */
const TAG_INITIALS = [0x49, 0x41];
const FIRST_LOOK_BYTES = 4_096;

/**
 * Goes to the first frames within 64 kB, past tags of any size; null if there are none, and `source` stands anywhere.
 * @throws UndertoneError `clip-damaged` if there are more tags than any program writes.
 */
export async function goToFrames<Header extends FrameHeader>(
  source: ByteSource,
  syntax: FrameSyntax<Header>,
): Promise<Header | null> {
  let searchedBytes = 0;
  for (let tags = 0; searchedBytes < SEARCHED_BYTES; tags++) {
    const range = { from: 0, to: SEARCHED_BYTES - searchedBytes };
    const found = await searchFrames(source, range, syntax, null);
    if (found === null) return null;
    await source.skip(found.position);
    if (found.header !== null) return found.header;
    if (tags === MOST_TAGS) throw endlessTags();
    searchedBytes += found.position;
    await source.skip(frontTagBytes(await source.peek(TAG_HEADER_BYTES)) ?? 0);
  }
  return null;
}

/** True if a file ends within the frame that comes next, or with it, or with a tag behind it. */
export async function isLoneFrame<Header extends FrameHeader>(
  source: ByteSource,
  { frameBytes }: Header,
  { headerBytes }: FrameSyntax<Header>,
): Promise<boolean> {
  const bytes = await source.peek(frameBytes + TAG_HEADER_BYTES);
  return bytes.length < frameBytes + headerBytes || tagBytes(bytes.subarray(frameBytes)) !== null;
}

/**
 * Finds the first frames, or the first tag, in a range of what comes next without taking any of it.
 * @param before a header of the stream that was read before, if any was
 */
export async function searchFrames<Header extends FrameHeader>(
  source: ByteSource,
  { from, to }: { readonly from: number; readonly to: number },
  syntax: FrameSyntax<Header>,
  before: Header | null,
): Promise<FoundFrames<Header> | null> {
  for (let looked = Math.min(FIRST_LOOK_BYTES, to); ; looked = Math.min(looked * 4, to)) {
    const bytes = await source.peek(looked);
    const held = { bytes, isWhole: bytes.length < looked };
    const found = findFrames(held, from, syntax, before);
    if (found !== null || held.isWhole || looked === to) return found;
  }
}

/** The bytes to look at, and if the file ends with them. */
interface Held {
  readonly bytes: Uint8Array;
  readonly isWhole: boolean;
}

function findFrames<Header extends FrameHeader>(
  held: Held,
  from: number,
  syntax: FrameSyntax<Header>,
  before: Header | null,
): FoundFrames<Header> | null {
  const { bytes } = held;
  for (let position = from; position < bytes.length; position++) {
    if (bytes[position] === SYNC) {
      const header = syntax.read(bytes, position);
      if (header === null) continue;
      const isKnown = before !== null && syntax.isSameStream(before, header);
      const needed = isKnown ? LEAST_HEADERS : CONVINCING_HEADERS;
      if (areFollowed(held, position, needed, syntax)) return { position, header };
    } else if (isFrontTag(bytes, position)) {
      return { position, header: null };
    }
  }
  return null;
}

/** True if as many headers of one stream stand here as are needed. */
function areFollowed<Header extends FrameHeader>(
  { bytes, isWhole }: Held,
  start: number,
  needed: number,
  syntax: FrameSyntax<Header>,
): boolean {
  let first: Header | null = null;
  let end = start;
  for (let headers = 0; headers < needed; headers++) {
    const header = syntax.read(bytes, end);
    if (header === null || !syntax.isSameStream(first ?? header, header)) {
      return headers >= LEAST_HEADERS && isEnd(bytes, end, isWhole, syntax.headerBytes);
    }
    first ??= header;
    end += header.frameBytes;
  }
  return true;
}

/** True if frames may end here: with the file, in the middle of a frame too, or before a tag or zeros. */
function isEnd(bytes: Uint8Array, end: number, isWhole: boolean, headerBytes: number): boolean {
  if (end + headerBytes > bytes.length) return isWhole;
  return mayFollowFrame(bytes.subarray(end, end + TAG_HEADER_BYTES));
}

/** True if the whole header of a tag stands at `start`. */
export function isFrontTag(bytes: Uint8Array, start: number): boolean {
  if (!TAG_INITIALS.includes(bytes[start] ?? 0)) return false;
  const header = bytes.subarray(start, start + TAG_HEADER_BYTES);
  return header.length === TAG_HEADER_BYTES && frontTagBytes(header) !== null;
}
