/** Finds frames that each begin with a header, among bytes that may be anything. */
import type { ByteSource } from "../byte-source.ts";
import { endlessTags, frontTagBytes, MOST_TAGS, TAG_HEADER_BYTES, tagBytes } from "../tags.ts";
import { mayFollowFrame, SEARCHED_BYTES } from "./between-frames.ts";

/** What a header says, whatever else it does. */
export interface FrameHeader {
  /** With the header. */
  readonly frameBytes: number;
}

/** How frames of one kind are told. */
export interface FrameSyntax<Header extends FrameHeader> {
  /** Such as `an MP3 frame`, for messages. */
  readonly name: string;
  readonly headerBytes: number;
  /** The header at `start`; null if none stands there, or not all of it. */
  read(bytes: Uint8Array, start: number): Header | null;
  /** Whether frames with these headers may belong to one stream. */
  isSameStream(one: Header, other: Header): boolean;
}

/** Where frames begin, or a tag that they may stand behind. */
export interface FoundFrames<Header extends FrameHeader> {
  readonly position: number;
  /** Null for a tag. */
  readonly header: Header | null;
}

/** So many headers in a row, each where the one before says, are no accident: of random bytes, one in 10^13 begins them. */
const CONVINCING_HEADERS = 3;
/** As good as those, if the file or its sound ends right behind them. */
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
    const found = await searchFrames(source, 0, SEARCHED_BYTES - searchedBytes, syntax);
    if (found === null) return null;
    await source.skip(found.position);
    if (found.header !== null) return found.header;
    if (tags === MOST_TAGS) throw endlessTags();
    searchedBytes += found.position;
    await source.skip(frontTagBytes(await source.peek(TAG_HEADER_BYTES)) ?? 0);
  }
  return null;
}

/** Whether a file ends within the frame that comes next, or with it, or with a tag behind it. */
export async function isLoneFrame<Header extends FrameHeader>(
  source: ByteSource,
  { frameBytes }: Header,
  { headerBytes }: FrameSyntax<Header>,
): Promise<boolean> {
  const bytes = await source.peek(frameBytes + TAG_HEADER_BYTES);
  return bytes.length < frameBytes + headerBytes || tagBytes(bytes.subarray(frameBytes)) !== null;
}

/**
 * Finds the first frames, or the first tag, in what comes next without taking any of it.
 * @param from where to begin
 * @param to how far to look
 */
export async function searchFrames<Header extends FrameHeader>(
  source: ByteSource,
  from: number,
  to: number,
  syntax: FrameSyntax<Header>,
): Promise<FoundFrames<Header> | null> {
  for (let looked = Math.min(FIRST_LOOK_BYTES, to); ; looked = Math.min(looked * 4, to)) {
    const bytes = await source.peek(looked);
    const isWhole = bytes.length < looked;
    const found = findFrames(bytes, from, isWhole, syntax);
    if (found !== null || isWhole || looked === to) return found;
  }
}

/**
 * Finds frames that others follow, or a tag.
 * @param isWhole whether the file ends with `bytes`
 */
export function findFrames<Header extends FrameHeader>(
  bytes: Uint8Array,
  from: number,
  isWhole: boolean,
  syntax: FrameSyntax<Header>,
): FoundFrames<Header> | null {
  for (let position = from; position < bytes.length; position++) {
    if (bytes[position] === SYNC) {
      const header = syntax.read(bytes, position);
      if (header !== null && isConvincing(bytes, position, isWhole, header, syntax)) {
        return { position, header };
      }
    } else if (isFrontTag(bytes, position)) {
      return { position, header: null };
    }
  }
  return null;
}

function isConvincing<Header extends FrameHeader>(
  bytes: Uint8Array,
  start: number,
  isWhole: boolean,
  first: Header,
  syntax: FrameSyntax<Header>,
): boolean {
  let end = start + first.frameBytes;
  for (let headers = 1; headers < CONVINCING_HEADERS; headers++) {
    const header = syntax.read(bytes, end);
    if (header === null || !syntax.isSameStream(first, header)) {
      return headers >= LEAST_HEADERS && isEnd(bytes, end, isWhole, syntax.headerBytes);
    }
    end += header.frameBytes;
  }
  return true;
}

/** Whether frames may end here: with the file, in the middle of a frame too, or before a tag or zeros. */
function isEnd(bytes: Uint8Array, end: number, isWhole: boolean, headerBytes: number): boolean {
  if (end + headerBytes > bytes.length) return isWhole;
  return mayFollowFrame(bytes.subarray(end, end + TAG_HEADER_BYTES));
}

/** Whether the whole header of a tag stands at `start`. */
export function isFrontTag(bytes: Uint8Array, start: number): boolean {
  if (!TAG_INITIALS.includes(bytes[start] ?? 0)) return false;
  const header = bytes.subarray(start, start + TAG_HEADER_BYTES);
  return header.length === TAG_HEADER_BYTES && frontTagBytes(header) !== null;
}
