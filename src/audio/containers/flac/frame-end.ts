/** Finds where a FLAC frame ends, which its header does not say. */
import type { ByteSource } from "../../bytes/source.ts";
import { crcTable } from "../../codecs/crc.ts";
import {
  type FlacFrameHeader,
  LARGEST_FRAME_HEADER_BYTES,
  readFlacFrameHeader,
} from "../../codecs/flac/frame-header.ts";
import { type FlacFrameLength, measureFlacFrame } from "../../codecs/flac/frame-length.ts";
import type { StreamInfo } from "../../codecs/flac/stream-info.ts";

const CRC16 = crcTable(16, 0x8005);
const CRC_BYTES = 2;
/** Of a subframe, beside its samples. */
const SUBFRAME_OVERHEAD_BYTES = 16;
const LEAST_LOOK_BYTES = 256;

/** The outcome of a search. */
export interface FlacFrameEnd {
  /** The length of the frame, with its checksum; null if it is broken or cut. */
  readonly frameBytes: number | null;
  readonly searchedBytes: number;
}

/**
 * Finds the end of the frame that comes next, without taking any of it: where the checksum over it and its own checksum comes
 * out as 0, and another frame begins or the file ends; or else where its subframes end, whatever follows.
 * @param expectedBytes how long it may well be
 */
export async function findFlacFrameEnd(
  source: ByteSource,
  header: FlacFrameHeader,
  info: StreamInfo,
  expectedBytes: number,
): Promise<FlacFrameEnd> {
  const search = startSearch(header, info);
  let looked = Math.max(LEAST_LOOK_BYTES, expectedBytes + LARGEST_FRAME_HEADER_BYTES);
  for (;;) {
    const held = await source.peek(looked);
    const isWhole = held.length < looked;
    const isFound = goOn(search, held, isWhole);
    const { position: searchedBytes } = search;
    if (isFound) return { frameBytes: searchedBytes, searchedBytes };
    if (isWhole || searchedBytes >= search.mostBytes) return { frameBytes: null, searchedBytes };
    looked *= 2;
  }
}

interface EndSearch {
  readonly header: FlacFrameHeader;
  readonly info: StreamInfo;
  readonly leastBytes: number;
  readonly mostBytes: number;
  position: number;
  crc: number;
  /** The length of the frame by its subframes, once that was needed. */
  measured: FlacFrameLength | null;
}

/** The greatest length of a frame of so many samples: no encoder makes it longer than its samples are as they stand. */
export function longestFlacFrameBytes(blockFrames: number, info: StreamInfo): number {
  const sampleBits = info.bitsPerSample + 1;
  const subframeBytes = Math.ceil((blockFrames * sampleBits) / 8) + SUBFRAME_OVERHEAD_BYTES;
  return LARGEST_FRAME_HEADER_BYTES + info.channels * subframeBytes + CRC_BYTES;
}

function startSearch(header: FlacFrameHeader, info: StreamInfo): EndSearch {
  return {
    header,
    info,
    leastBytes: header.headerBytes + CRC_BYTES,
    mostBytes: longestFlacFrameBytes(header.blockFrames, info),
    position: 0,
    crc: 0,
    measured: null,
  };
}

/** Goes on searching in what is held, from where it stopped; whether the end is there. */
function goOn(search: EndSearch, held: Uint8Array, isWhole: boolean): boolean {
  const stop = isWhole ? held.length : held.length - LARGEST_FRAME_HEADER_BYTES;
  const end = Math.min(stop, search.mostBytes);
  if (search.measured === "cut") search.measured = null;
  let { position, crc } = search;
  let isFound = false;
  while (position < end && !isFound) {
    crc = ((crc << 8) & 0xffff) ^ (CRC16[(crc >> 8) ^ (held[position] as number)] as number);
    position += 1;
    isFound = crc === 0 && position > search.leastBytes && isEnd(search, held, position, isWhole);
  }
  search.position = position;
  search.crc = crc;
  return isFound;
}

/** One in 65,536 checksums is right by accident, within a frame too. */
function isEnd(search: EndSearch, held: Uint8Array, position: number, isWhole: boolean): boolean {
  if (isWhole && position === held.length) return true;
  if (readFlacFrameHeader(held, position) !== null) return true;
  search.measured ??= measureFlacFrame(held, search.header, search.info.bitsPerSample);
  return search.measured === position;
}
