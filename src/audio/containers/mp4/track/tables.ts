/** The sample tables of an MP4 track (ISO/IEC 14496-12, section 8.7): where each of its samples lies in the file. */

import { viewOf } from "../../../../bytes.ts";
import { damaged } from "../../../faults.ts";
import { findIndex, type IndexBox } from "../index.ts";

/** Some bytes of the file that are decoded together: a packet, or a run of PCM. */
export interface Sample {
  readonly offset: number;
  readonly bytes: number;
  /** Only fragments tell it for each packet. */
  readonly durationTicks?: number;
}

/** A track's samples, in the order they are heard. */
export interface SampleTables {
  readonly count: number;
  /** The size that all samples have, or null if each has its own. */
  readonly uniformBytes: number | null;
  /** True if no chunk begins before the one ahead of it. */
  readonly isAscending: boolean;
  sampleBytes(sample: number): number;
  /** The chunks that samples lie in, one after another. */
  chunks(): Generator<Chunk>;
}

/** Consecutive samples that touch. */
export interface Chunk {
  readonly offset: number;
  readonly firstSample: number;
  readonly samples: number;
}

const TABLE_START = 8;
const SIZES_START = 12;

/**
 * Reads `stbl`. What a table claims to hold beyond its own bytes is not believed.
 * @throws UndertoneError `clip-damaged` if a table is missing.
 */
export function readSampleTables(stbl: readonly IndexBox[]): SampleTables {
  const { uniformBytes, count, sampleBytes } = readSizes(stbl);
  const offsets = readOffsets(stbl);
  const samplesPerChunk = readChunkSizes(stbl);
  let isAscending = true;
  for (let chunk = 1; chunk < offsets.count; chunk++) {
    if (offsets.at(chunk) < offsets.at(chunk - 1)) isAscending = false;
  }
  return {
    count,
    uniformBytes,
    isAscending,
    sampleBytes,
    *chunks() {
      const perChunk = samplesPerChunk();
      for (let chunk = 0, firstSample = 0; chunk < offsets.count && firstSample < count; chunk++) {
        const { value } = perChunk.next();
        const samples = Math.min(value as number, count - firstSample);
        yield { offset: offsets.at(chunk), firstSample, samples };
        firstSample += samples;
      }
    },
  };
}

type Sizes = Pick<SampleTables, "count" | "uniformBytes" | "sampleBytes">;

function readSizes(stbl: readonly IndexBox[]): Sizes {
  const body = findIndex(stbl, "stsz")?.body ?? findIndex(stbl, "stz2")?.body;
  if (body === undefined || body.length < SIZES_START) throw missing("sample sizes");
  const view = viewOf(body);
  const claimed = view.getUint32(8);
  if (findIndex(stbl, "stsz") === null) {
    const bits = view.getUint8(7);
    if (bits !== 4 && bits !== 8 && bits !== 16) throw missing("usable sample sizes");
    const count = Math.min(claimed, Math.floor(((body.length - SIZES_START) * 8) / bits));
    return { count, uniformBytes: null, sampleBytes: (sample) => packed(view, sample, bits) };
  }
  const uniformBytes = view.getUint32(4);
  if (uniformBytes > 0) return { count: claimed, uniformBytes, sampleBytes: () => uniformBytes };
  return {
    count: Math.min(claimed, Math.floor((body.length - SIZES_START) / 4)),
    uniformBytes: null,
    sampleBytes: (sample) => view.getUint32(SIZES_START + 4 * sample),
  };
}

function packed(view: DataView, sample: number, bits: 4 | 8 | 16): number {
  if (bits === 16) return view.getUint16(SIZES_START + 2 * sample);
  if (bits === 8) return view.getUint8(SIZES_START + sample);
  const pair = view.getUint8(SIZES_START + (sample >> 1));
  return sample % 2 === 0 ? pair >> 4 : pair & 15;
}

function readOffsets(stbl: readonly IndexBox[]): { count: number; at(chunk: number): number } {
  const short = findIndex(stbl, "stco")?.body;
  const body = short ?? findIndex(stbl, "co64")?.body;
  if (body === undefined || body.length < TABLE_START) throw missing("chunk offsets");
  const view = viewOf(body);
  const entryBytes = short === undefined ? 8 : 4;
  const count = Math.min(view.getUint32(4), Math.floor((body.length - TABLE_START) / entryBytes));
  return short === undefined
    ? { count, at: (chunk) => Number(view.getBigUint64(TABLE_START + 8 * chunk)) }
    : { count, at: (chunk) => view.getUint32(TABLE_START + 4 * chunk) };
}

/** The number of samples of each chunk, in order, without end. */
function readChunkSizes(stbl: readonly IndexBox[]): () => Generator<number> {
  const entryBytes = 12;
  const body = findIndex(stbl, "stsc")?.body;
  if (body === undefined || body.length < TABLE_START) throw missing("chunk sizes");
  const view = viewOf(body);
  const count = Math.min(view.getUint32(4), Math.floor((body.length - TABLE_START) / entryBytes));
  return function* () {
    let entry = -1;
    for (let chunkNumber = 1; ; chunkNumber++) {
      while (
        entry + 1 < count &&
        view.getUint32(TABLE_START + entryBytes * (entry + 1)) <= chunkNumber
      ) {
        entry++;
      }
      yield entry < 0 ? 0 : view.getUint32(TABLE_START + entryBytes * entry + 4);
    }
  };
}

function missing(what: string): Error {
  return damaged(`its index lacks ${what}`);
}
