/** Streams of frames that each begin with a header: MP3 and ADTS, with whatever stands before, between and behind them. */

import type { ByteSource } from "../../bytes/source.ts";
import { cutShort, damaged } from "../../faults.ts";
import { isTrailer, mayFollowFrame, passTagsAndPadding, SEARCHED_BYTES } from "./between-frames.ts";
import {
  type FrameHeader,
  type FrameSyntax,
  goToFrames,
  isLoneFrame,
  searchFrames,
} from "./frame-search.ts";
import { endlessTags, MOST_TAGS, TAG_HEADER_BYTES } from "./tags.ts";

/** A frame as it stands in the file. */
export interface Frame<Header extends FrameHeader> {
  readonly header: Header;
  readonly bytes: Uint8Array;
  /** True if bytes that are neither frames nor tags were passed over right before it. */
  readonly isBehindGap: boolean;
}

interface Place<Header> {
  readonly header: Header;
  readonly isBehindGap: boolean;
}

const SYNC = 0xff;

/**
 * Reads frame by frame to the end of the sound: past tags and zeros, and past up to 64 kB of anything else if other frames
 * follow it.
 * @throws UndertoneError `clip-truncated` if the file ends within a frame, `clip-damaged` if there is no first frame, or if
 *   something else follows the last one than programs leave there.
 */
export async function* readFrames<Header extends FrameHeader>(
  source: ByteSource,
  syntax: FrameSyntax<Header>,
): AsyncGenerator<Frame<Header>> {
  const first = await goToFirstFrame(source, syntax);
  for (let place: Place<Header> | null = { header: first, isBehindGap: false }; place !== null; ) {
    const { header, isBehindGap }: Place<Header> = place;
    const { frameBytes } = header;
    const ahead = await source.peek(frameBytes + TAG_HEADER_BYTES);
    const end = await findEnd(source, ahead, header, syntax);
    if (end === null) throw cutShort(`within ${syntax.name}`);
    if (end >= frameBytes) yield { header, bytes: ahead.subarray(0, frameBytes), isBehindGap };
    await source.skip(end);
    place = await goToNextFrame(source, header, syntax, end !== frameBytes);
  }
}

async function goToFirstFrame<Header extends FrameHeader>(
  source: ByteSource,
  syntax: FrameSyntax<Header>,
): Promise<Header> {
  const start = await source.peek(syntax.headerBytes);
  if (start.length < syntax.headerBytes) throw cutShort(`before the end of ${syntax.name}`);
  const header = syntax.read(start, 0);
  if (header !== null && (await isLoneFrame(source, header, syntax))) return header;
  const first = await goToFrames(source, syntax);
  if (first === null) throw damaged(`${syntax.name} does not begin where it should`);
  return first;
}

/**
 * Where what comes behind a frame begins: other frames may begin within it, if it is not one or was cut before they came. Null
 * if the file ends within it.
 */
async function findEnd<Header extends FrameHeader>(
  source: ByteSource,
  ahead: Uint8Array,
  header: Header,
  syntax: FrameSyntax<Header>,
): Promise<number | null> {
  const isWhole = ahead.length >= header.frameBytes;
  const behind = ahead.subarray(header.frameBytes);
  const next = syntax.read(behind, 0);
  const isFollowed = next !== null && syntax.isSameStream(header, next);
  if (isWhole && (isFollowed || mayFollowFrame(behind))) return header.frameBytes;
  const within = { from: syntax.headerBytes, to: SEARCHED_BYTES };
  const found = await searchFrames(source, within, syntax, header);
  return found?.position ?? (isWhole ? header.frameBytes : null);
}

/** Goes to the first frame behind tags, zeros and other bytes; null if there is none. */
async function goToNextFrame<Header extends FrameHeader>(
  source: ByteSource,
  before: Header,
  syntax: FrameSyntax<Header>,
  isBehindOther: boolean,
): Promise<Place<Header> | null> {
  let isBehindGap = isBehindOther;
  for (let tags = 0; tags < MOST_TAGS; tags++) {
    await passTagsAndPadding(source);
    const header = syntax.read(await source.peek(syntax.headerBytes), 0);
    if (header !== null && syntax.isSameStream(before, header)) return { header, isBehindGap };
    const found = await searchFrames(source, { from: 0, to: SEARCHED_BYTES }, syntax, before);
    if (found === null) {
      requireTrailer(await source.peek(SEARCHED_BYTES), syntax);
      return null;
    }
    await source.skip(found.position);
    isBehindGap ||= found.position > 0;
    if (found.header !== null) return { header: found.header, isBehindGap };
  }
  throw endlessTags();
}

function requireTrailer(rest: Uint8Array, { name, headerBytes }: FrameSyntax<FrameHeader>): void {
  if (isTrailer(rest)) return;
  if (rest.length >= headerBytes) throw damaged(`something else than ${name} follows`);
  if (rest[0] === SYNC) throw cutShort(`within the header of ${name}`);
}
