/** Envelopes and noise floors of spectral band replication, coded as differences (ISO/IEC 14496-3 §4.6.18.3.5). */
import { type BitReader, readBits } from "../../../bits.ts";
import { readSymbol } from "../../bitstream/prefix-code.ts";
import type { SbrBands } from "../bands.ts";
import {
  COARSE_BALANCE,
  COARSE_ENVELOPE,
  type DifferenceCodes,
  FINE_BALANCE,
  FINE_ENVELOPE,
  NOISE,
  NOISE_BALANCE,
} from "./difference-codes.ts";
import type { Grid } from "./grid.ts";

/** One envelope or noise floor: a level for each of its bands. */
export interface Levels {
  /** Of an envelope: 1 is high resolution in frequency. */
  readonly resolution: number;
  readonly values: Int16Array;
}

/** The state that a channel's levels are read with. */
export interface LevelReading {
  readonly grid: Grid;
  readonly bands: SbrBands;
  /** The levels are the balance of two coupled channels, in double steps. */
  readonly isBalance: boolean;
  /** Of each envelope or noise floor: whether it is coded against the one before. */
  readonly isInTime: readonly boolean[];
  /** The last one of the frame before. */
  readonly before: Levels;
}

const HIGHEST_ENVELOPE = 127;
const HIGHEST_NOISE = 30;
const NOISE_START_BITS = 5;

/** Nothing came before. */
export const NO_LEVELS: Levels = { resolution: 0, values: new Int16Array() };

/**
 * Reads the envelopes of a channel.
 * @returns null if a level cannot be.
 */
export function readEnvelopes(reader: BitReader, reading: LevelReading): Levels[] | null {
  const { grid, bands, isBalance, isInTime } = reading;
  const coarse = isBalance ? COARSE_BALANCE : COARSE_ENVELOPE;
  const fine = isBalance ? FINE_BALANCE : FINE_ENVELOPE;
  const startBits = 7 - (isBalance ? 1 : 0) - (grid.isCoarse ? 1 : 0);
  const coding = { codes: grid.isCoarse ? coarse : fine, startBits, step: isBalance ? 2 : 1 };
  const levels: Levels[] = [];
  let before = reading.before;
  for (const [index, resolution] of grid.resolutions.entries()) {
    const count = (bands.envelope[resolution] as readonly number[]).length - 1;
    const from = isInTime[index] === true ? atResolution(before, resolution, bands) : null;
    const values = readLevels(reader, { ...coding, count, from, highest: HIGHEST_ENVELOPE });
    if (values === null) return null;
    before = { resolution, values };
    levels.push(before);
  }
  return levels;
}

/**
 * Reads the noise floors of a channel.
 * @returns null if a level cannot be.
 */
export function readNoiseFloors(reader: BitReader, reading: LevelReading): Levels[] | null {
  const { bands, isBalance, isInTime } = reading;
  const codes = isBalance ? NOISE_BALANCE : NOISE;
  const coding = { codes, startBits: NOISE_START_BITS, step: isBalance ? 2 : 1 };
  const count = bands.noise.length - 1;
  const levels: Levels[] = [];
  let before = reading.before;
  for (const inTime of isInTime) {
    const from = inTime ? before.values : null;
    const values = readLevels(reader, { ...coding, count, from, highest: HIGHEST_NOISE });
    if (values === null) return null;
    before = { resolution: 0, values };
    levels.push(before);
  }
  return levels;
}

interface Coding {
  readonly codes: DifferenceCodes;
  readonly startBits: number;
  readonly step: number;
  readonly count: number;
  /** The levels that differences are coded against; null if each is against the band below. */
  readonly from: Int16Array | null;
  readonly highest: number;
}

function readLevels(reader: BitReader, coding: Coding): Int16Array | null {
  const { codes, startBits, step, count, from, highest } = coding;
  const values = new Int16Array(count);
  for (let band = 0; band < count; band++) {
    const code = from === null ? codes.inFrequency : codes.inTime;
    const isStart = from === null && band === 0;
    const difference = isStart
      ? readBits(reader, startBits)
      : readSymbol(reader, code) - codes.zero;
    const base = isStart ? 0 : from === null ? (values[band - 1] as number) : (from[band] ?? 0);
    const value = base + step * difference;
    if (value < 0 || value > highest) return null;
    values[band] = value;
  }
  return values;
}

/** The levels of the bands of another resolution that the same frequencies have. */
function atResolution({ resolution, values }: Levels, wanted: number, bands: SbrBands): Int16Array {
  if (resolution === wanted) return values;
  const known = bands.envelope[resolution] as readonly number[];
  const borders = bands.envelope[wanted] as readonly number[];
  return Int16Array.from(borders.slice(0, -1), (border) => {
    const above = known.findIndex((other) => other > border);
    return values[above - 1] ?? 0;
  });
}
