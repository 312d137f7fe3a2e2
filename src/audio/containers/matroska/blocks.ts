/** The clusters of a Matroska file: one track's packets as they arrive, everything else passed over. */

import type { ByteSource } from "../../bytes/source.ts";
import { readWhole, skipWhole } from "../../bytes/whole.ts";
import { cutShort, damaged } from "../../faults.ts";
import type { Packet } from "../tracks/track.ts";
import { type ElementHeader, readElementHeader, readVariableInt, signedOf } from "./ebml.ts";
import * as ids from "./ids.ts";
import { packetsOfBlock } from "./lacing.ts";
import type { MatroskaTrack } from "./tracks.ts";

/** Two seconds of the largest PCM that is common; blocks of coded sound hold some hundred bytes. */
const LARGEST_BLOCK_BYTES = 2 * 2 ** 20;
const LARGEST_NUMBER_BYTES = 8;
const NANOSECONDS = 1e-9;

/**
 * A track's packets from where the source stands, between two elements of the segment, to the segment's end.
 * Segments and clusters of unknown size, as live recorders write them, end where the file does.
 * @param segmentEnd position in the file, infinite if not known.
 * @throws UndertoneError `clip-truncated`, `clip-damaged` once the packets before are given.
 */
export async function* readPackets(
  source: ByteSource,
  track: MatroskaTrack,
  segmentEnd: number,
): AsyncGenerator<Packet> {
  while (source.position < segmentEnd) {
    const header = await readElementHeader(source);
    if (header === null) {
      if (Number.isFinite(segmentEnd)) throw cutShort("before its segment does");
      return;
    }
    if (header.id === ids.CLUSTER) continue;
    if (header.id === ids.EBML) throw damaged("a second file begins within it");
    const bytes = knownSize(header);
    if (header.id === ids.SIMPLE_BLOCK) {
      const block = await readBlock(source, bytes, track.number);
      if (block !== null) yield* unlace(block, track, 0);
    } else if (header.id === ids.BLOCK_GROUP) {
      yield* readBlockGroup(source, bytes, track);
    } else {
      await skipWhole(source, bytes, "an element");
    }
  }
}

/** A block and what is said of it; how much of it is not heard comes after it. */
async function* readBlockGroup(
  source: ByteSource,
  groupBytes: number,
  track: MatroskaTrack,
): AsyncGenerator<Packet> {
  const end = source.position + groupBytes;
  let block: Uint8Array | null = null;
  let discardSeconds = 0;
  while (source.position < end) {
    const header = await readElementHeader(source);
    if (header === null) throw cutShort("within a block group");
    const bytes = knownSize(header);
    if (source.position + bytes > end) throw damaged("an element is larger than its block group");
    if (header.id === ids.BLOCK) {
      block = await readBlock(source, bytes, track.number);
    } else if (header.id === ids.DISCARD_PADDING && bytes <= LARGEST_NUMBER_BYTES) {
      const padding = await readWhole(source, bytes, "a block group");
      discardSeconds = Math.max(0, signedOf(padding) * NANOSECONDS);
    } else {
      await skipWhole(source, bytes, "a block group");
    }
  }
  if (block !== null) yield* unlace(block, track, discardSeconds);
}

/** The bytes behind the track number, or null if the block is another track's, which is not held. */
async function readBlock(
  source: ByteSource,
  bytes: number,
  trackNumber: number,
): Promise<Uint8Array | null> {
  const number = readVariableInt(await source.peek(Math.min(bytes, LARGEST_NUMBER_BYTES)), 0);
  if (number?.value !== trackNumber) {
    await skipWhole(source, bytes, "a block");
    return null;
  }
  if (bytes > LARGEST_BLOCK_BYTES) throw damaged(`a block of ${bytes} bytes is none of sound`);
  const block = await readWhole(source, bytes, "a block");
  return block.subarray(number.bytes);
}

function* unlace(
  block: Uint8Array,
  { strippedHeader }: MatroskaTrack,
  discardSeconds: number,
): Generator<Packet> {
  const packets = packetsOfBlock(block);
  for (const [index, bytes] of packets.entries()) {
    yield {
      bytes: strippedHeader.length > 0 ? joined(strippedHeader, bytes) : bytes,
      discardSeconds: index === packets.length - 1 ? discardSeconds : 0,
    };
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

function knownSize({ id, bytes }: ElementHeader): number {
  if (bytes !== null) return bytes;
  throw damaged(`element ${id.toString(16)} does not say how long it is`);
}
