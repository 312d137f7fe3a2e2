/** Movie fragments (ISO/IEC 14496-12 §8.8): where a track's samples lie, told piece by piece along the file. */

import { viewOf } from "../../../bytes.ts";
import { damaged } from "../../faults.ts";
import { findIndex, type IndexBox } from "./index.ts";
import type { Sample } from "./track/tables.ts";

/** The defaults of fragments. */
export interface FragmentDefaults {
  readonly durationTicks: number;
  readonly sampleBytes: number;
}

/** Flags of `tfhd`. */
const HAS_BASE = 0x1;
const HAS_DESCRIPTION = 0x2;
const HAS_DEFAULT_DURATION = 0x8;
const HAS_DEFAULT_BYTES = 0x10;
const BASE_IS_MOOF = 0x20000;
/** Flags of `trun`. */
const HAS_OFFSET = 0x1;
const HAS_FIRST_FLAGS = 0x4;
const HAS_DURATION = 0x100;
const HAS_BYTES = 0x200;
const HAS_FLAGS = 0x400;
const HAS_COMPOSITION = 0x800;

/** The start and the defaults of the runs of a track's fragment. */
interface FragmentHeader extends FragmentDefaults {
  readonly trackId: number;
  readonly base: number;
}

/**
 * The samples of one track in a fragment. Runs of other tracks are gone through as well: where one ends, the next may begin.
 * @param moof what was kept of its index.
 * @param moofOffset where the box begins.
 * @throws UndertoneError `clip-damaged` if the fragment makes no sense.
 */
export function* fragmentSamples(
  moof: readonly IndexBox[],
  moofOffset: number,
  trackId: number,
  defaults: FragmentDefaults,
): Generator<Sample> {
  let end = moofOffset;
  for (const traf of moof) {
    if (traf.type !== "traf") continue;
    const header = readHeader(findIndex(traf.children, "tfhd")?.body, moofOffset, end, defaults);
    end = header.base;
    for (const { type, body } of traf.children) {
      if (type !== "trun") continue;
      const run = readRun(body, header, end);
      if (header.trackId === trackId) yield* run.samples();
      end = run.end();
    }
  }
}

function readHeader(
  tfhd: Uint8Array | undefined,
  moofOffset: number,
  previousEnd: number,
  defaults: FragmentDefaults,
): FragmentHeader {
  if (tfhd === undefined || tfhd.length < 8) throw damaged("a fragment does not say whose it is");
  const view = viewOf(tfhd);
  const flags = view.getUint32(0) & 0xffffff;
  let at = 8;
  const take = (flag: number, bytes: 4 | 8, otherwise: number): number => {
    if ((flags & flag) === 0) return otherwise;
    if (at + bytes > tfhd.length) throw damaged("the header of a fragment is cut short");
    const value = bytes === 8 ? Number(view.getBigUint64(at)) : view.getUint32(at);
    at += bytes;
    return value;
  };
  const base = take(HAS_BASE, 8, (flags & BASE_IS_MOOF) === 0 ? previousEnd : moofOffset);
  take(HAS_DESCRIPTION, 4, 0);
  const durationTicks = take(HAS_DEFAULT_DURATION, 4, defaults.durationTicks);
  const sampleBytes = take(HAS_DEFAULT_BYTES, 4, defaults.sampleBytes);
  return { trackId: view.getUint32(4), base, durationTicks, sampleBytes };
}

interface Run {
  samples(): Generator<Sample>;
  end(): number;
}

function readRun(trun: Uint8Array, header: FragmentHeader, previousEnd: number): Run {
  if (trun.length < 8) throw damaged("a run of samples is cut short");
  const view = viewOf(trun);
  const flags = view.getUint32(0) & 0xffffff;
  const fields = [HAS_DURATION, HAS_BYTES, HAS_FLAGS, HAS_COMPOSITION];
  const entryBytes = 4 * fields.filter((flag) => flags & flag).length;
  const optionalBytes = 4 * [HAS_OFFSET, HAS_FIRST_FLAGS].filter((flag) => flags & flag).length;
  const count = view.getUint32(4);
  const start = 8 + optionalBytes;
  if (start + count * entryBytes > trun.length) throw damaged("a run of samples is cut short");
  const offset = flags & HAS_OFFSET ? header.base + view.getInt32(8) : previousEnd;
  const bytesAt = start + (flags & HAS_DURATION ? 4 : 0);
  const ownBytes = (flags & HAS_BYTES) !== 0;
  const bytesOf = (sample: number) =>
    ownBytes ? view.getUint32(bytesAt + sample * entryBytes) : header.sampleBytes;
  if (!ownBytes && header.sampleBytes === 0 && count > 0) throw damaged("samples have no size");
  return {
    *samples() {
      let position = offset;
      for (let sample = 0; sample < count; sample++) {
        const durationTicks =
          flags & HAS_DURATION ? view.getUint32(start + sample * entryBytes) : header.durationTicks;
        const bytes = bytesOf(sample);
        yield { offset: position, bytes, durationTicks };
        position += bytes;
      }
    },
    end() {
      if (!ownBytes) return offset + count * header.sampleBytes;
      let end = offset;
      for (let sample = 0; sample < count; sample++) end += bytesOf(sample);
      return end;
    },
  };
}
