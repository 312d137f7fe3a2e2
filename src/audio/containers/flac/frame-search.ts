/** Finds FLAC frames among tags, zeros, what is left of broken frames, and other bytes. */

import type { ByteSource } from "../../bytes/source.ts";
import {
  type FlacFrameHeader,
  LARGEST_FRAME_HEADER_BYTES,
  readFlacFrameHeader,
} from "../../codecs/flac/frame-header.ts";
import type { StreamInfo } from "../../codecs/flac/stream-info.ts";
import { damaged } from "../../faults.ts";
import { isTrailer, passTagsAndPadding, SEARCHED_BYTES } from "../streams/between-frames.ts";
import { isFrontTag } from "../streams/frame-search.ts";
import { endlessTags, MOST_TAGS } from "../streams/tags.ts";
import { longestFlacFrameBytes } from "./frame-end.ts";

const FIRST_LOOK_BYTES = 4_096;
const SYNC = 0xff;
/** `fLaC` */
const MAGIC = [0x66, 0x4c, 0x61, 0x43];

/** A possible start of a frame, whose end is still to be found. */
export interface FlacFramePlace {
  readonly header: FlacFrameHeader;
  /** True if bytes that are neither frames nor tags were passed over to get there. */
  readonly isBehindGap: boolean;
}

/**
 * Goes to the next frame of a stream, from where one should begin.
 * @returns null at the end of the file, where another FLAC file begins, or where no frame follows
 * @throws UndertoneError `clip-damaged` if there are more tags than any program writes.
 */
export async function goToFlacFrame(
  source: ByteSource,
  info: StreamInfo,
): Promise<FlacFramePlace | null> {
  let isBehindGap = false;
  for (let tags = 0; tags < MOST_TAGS; tags++) {
    await passTagsAndPadding(source);
    const start = await source.peek(LARGEST_FRAME_HEADER_BYTES);
    if (start.length === 0 || isFlacMagic(start, 0)) return null;
    const header = readHeader(start, 0, info);
    if (header !== null) return { header, isBehindGap };
    const position = await findNext(source, info);
    if (position === null) return null;
    await source.skip(position);
    isBehindGap = true;
  }
  throw endlessTags();
}

/** The start of the next frame, tag or FLAC file, as far as a frame may reach; null if there is none. */
async function findNext(source: ByteSource, info: StreamInfo): Promise<number | null> {
  const most = Math.max(SEARCHED_BYTES, longestFlacFrameBytes(info.largestBlockFrames, info));
  for (let looked = FIRST_LOOK_BYTES; ; looked = Math.min(looked * 4, most)) {
    const bytes = await source.peek(looked);
    for (let at = 0; at < bytes.length; at++) {
      if (bytes[at] === SYNC && readHeader(bytes, at, info) !== null) return at;
      if (isFlacMagic(bytes, at) || isFrontTag(bytes, at)) return at;
    }
    if (bytes.length < looked || looked === most) return null;
  }
}

/** A header of another number of channels or bits is none of the stream. */
function readHeader(bytes: Uint8Array, start: number, info: StreamInfo): FlacFrameHeader | null {
  const header = readFlacFrameHeader(bytes, start);
  if (header === null || header.channels !== info.channels) return null;
  return (header.bitsPerSample ?? info.bitsPerSample) === info.bitsPerSample ? header : null;
}

/** True if a FLAC file begins at `start`. */
export function isFlacMagic(bytes: Uint8Array, start: number): boolean {
  return MAGIC.every((byte, index) => bytes[start + index] === byte);
}

/**
 * Checks what follows the last frame.
 * @throws UndertoneError `clip-damaged` unless it is nothing, another FLAC file, or what programs leave there.
 */
export async function requireFlacEnd(source: ByteSource): Promise<void> {
  const rest = await source.peek(SEARCHED_BYTES);
  if (isFlacMagic(rest, 0)) return;
  if (isTrailer(rest)) return;
  if (rest.length >= LARGEST_FRAME_HEADER_BYTES || rest[0] === SYNC) {
    throw damaged("a FLAC frame does not begin where it should");
  }
}
