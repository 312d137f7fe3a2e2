/** A FLAC stream → its frames, whose headers do not say how long they are. */
import type { ByteSource } from "../byte-source.ts";
import { crcTable } from "../codecs/crc.ts";
import {
  type FlacFrameHeader,
  LARGEST_FRAME_HEADER_BYTES,
  readFlacFrameHeader,
} from "../codecs/flac-frame-header.ts";
import type { StreamInfo } from "../codecs/flac-stream-info.ts";
import { isId3v1 } from "../id3.ts";
import type { Packet } from "./audio-track.ts";
import { cutShort, damaged } from "./broken-file.ts";

const CRC16 = crcTable(16, 0x8005);
const CRC_BYTES = 2;
/** Of a subframe, beside its samples. */
const SUBFRAME_OVERHEAD_BYTES = 16;

/**
 * Splits frame by frame: a frame ends where the checksum over it and its own checksum comes out as 0 and another frame
 * begins, or nothing more.
 * @throws UndertoneError `clip-truncated`, `clip-damaged`.
 */
export async function* readFlacFrames(
  source: ByteSource,
  info: StreamInfo,
): AsyncGenerator<Packet> {
  let held = new Uint8Array();
  let isLast = false;
  const takeMore = async () => {
    const piece = await source.next();
    if (piece === null) isLast = true;
    else held = joined(held, piece);
  };
  for (;;) {
    while (held.length < LARGEST_FRAME_HEADER_BYTES && !isLast) await takeMore();
    if (held.length === 0 || isId3v1(held)) return;
    const header = readFlacFrameHeader(held, 0);
    if (header === null) throw damaged("a FLAC frame does not begin where it should");
    const search = startSearch(header, info);
    while (!findEnd(search, held, isLast)) {
      if (isLast) throw cutShort("within a FLAC frame");
      await takeMore();
    }
    yield { bytes: held.subarray(0, search.position), discardSeconds: 0 };
    held = held.subarray(search.position);
  }
}

interface EndSearch {
  position: number;
  crc: number;
  readonly leastBytes: number;
  readonly mostBytes: number;
}

/** No encoder makes a frame longer than its samples are as they stand. */
function startSearch(
  { headerBytes, blockFrames }: FlacFrameHeader,
  { channels, bitsPerSample }: StreamInfo,
): EndSearch {
  const subframeBytes =
    Math.ceil((blockFrames * (bitsPerSample + 1)) / 8) + SUBFRAME_OVERHEAD_BYTES;
  return {
    position: 0,
    crc: 0,
    leastBytes: headerBytes + CRC_BYTES,
    mostBytes: headerBytes + channels * subframeBytes + CRC_BYTES,
  };
}

/** Goes on searching in what is held, from where it stopped; false if more is needed. */
function findEnd(search: EndSearch, held: Uint8Array, isLast: boolean): boolean {
  const stop = isLast ? held.length : held.length - LARGEST_FRAME_HEADER_BYTES;
  let { position, crc } = search;
  while (position < stop) {
    crc = ((crc << 8) & 0xffff) ^ (CRC16[(crc >> 8) ^ (held[position] as number)] as number);
    position += 1;
    if (crc === 0 && position > search.leastBytes && isBoundary(held, position)) {
      search.position = position;
      return true;
    }
  }
  if (position > search.mostBytes) throw damaged("a FLAC frame has no end");
  search.position = position;
  search.crc = crc;
  return false;
}

function isBoundary(held: Uint8Array, position: number): boolean {
  return (
    position === held.length ||
    readFlacFrameHeader(held, position) !== null ||
    isId3v1(held.subarray(position))
  );
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
