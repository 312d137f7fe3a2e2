/** The time grid of spectral band replication: sbr_grid (ISO/IEC 14496-3 §4.6.18.3.3). */
import { type BitReader, readBits } from "../../../bits.ts";

/** Times are in slots of two subband samples. */
export interface Grid {
  /** The start of each envelope, and the end of the last one. */
  readonly borders: readonly number[];
  /** Of each envelope: 1 is high resolution in frequency. */
  readonly resolutions: readonly number[];
  /** The start of each noise floor, and the end of the last one. */
  readonly noiseBorders: readonly number[];
  /** The envelope that begins with a transient; -1 if none does. */
  readonly transient: number;
  /** Envelopes come in steps of 3 dB. */
  readonly isCoarse: boolean;
}

const FIX_FIX = 0;
const FIX_VAR = 1;
const VAR_FIX = 2;
const MOST_ENVELOPES = 5;
/** The bits of a pointer to one of so many envelopes. */
const POINTER_BITS = [0, 1, 2, 2, 3, 3];

/**
 * Reads one channel's grid.
 * @param slots of a frame: 16, or 15 of the shorter ones.
 * @returns null if it cannot be.
 */
export function readGrid(reader: BitReader, isCoarse: boolean, slots: number): Grid | null {
  const kind = readBits(reader, 2);
  if (kind === FIX_FIX) return readEven(reader, isCoarse, slots);
  const start = kind === FIX_VAR ? 0 : readBits(reader, 2);
  const end = slots + (kind === VAR_FIX ? 0 : readBits(reader, 2));
  const leading = kind === FIX_VAR ? 0 : readBits(reader, 2);
  const trailing = kind === VAR_FIX ? 0 : readBits(reader, 2);
  const count = leading + trailing + 1;
  if (count > MOST_ENVELOPES) return null;
  const first = [start];
  for (let index = 0; index < leading; index++) {
    first.push((first.at(-1) as number) + 2 * readBits(reader, 2) + 2);
  }
  const last = [end];
  for (let index = 0; index < trailing; index++) {
    last.unshift((last[0] as number) - 2 * readBits(reader, 2) - 2);
  }
  const borders = [...first, ...last];
  const pointer = count === 0 ? 0 : readBits(reader, POINTER_BITS[count] as number);
  const resolutions = Array.from({ length: count }, () => readBits(reader, 1));
  // Counted from the trailing border, they are read from there too.
  if (kind === FIX_VAR) resolutions.reverse();
  if (pointer > count + 1 || !isRising(borders)) return null;
  const isFromEnd = kind !== VAR_FIX;
  return {
    borders,
    resolutions,
    noiseBorders: noiseBordersOf(borders, middleOf(pointer, count, isFromEnd)),
    transient: transientOf(pointer, count, isFromEnd),
    isCoarse,
  };
}

/** Envelopes of one length. */
function readEven(reader: BitReader, isCoarse: boolean, slots: number): Grid | null {
  const count = 1 << readBits(reader, 2);
  if (count > MOST_ENVELOPES) return null;
  const length = Math.floor((slots + (count >> 1)) / count);
  const borders = Array.from({ length: count }, (_, index) => index * length);
  borders.push(slots);
  const resolution = readBits(reader, 1);
  return {
    borders,
    resolutions: new Array<number>(count).fill(resolution),
    noiseBorders: noiseBordersOf(borders, count >> 1),
    transient: -1,
    isCoarse: isCoarse && count > 1,
  };
}

function middleOf(pointer: number, count: number, isFromEnd: boolean): number {
  if (isFromEnd) return count - Math.max(pointer - 1, 1);
  if (pointer === 0) return 1;
  return pointer === 1 ? count - 1 : pointer - 1;
}

function transientOf(pointer: number, count: number, isFromEnd: boolean): number {
  if (isFromEnd) return pointer === 0 ? -1 : count + 1 - pointer;
  return pointer > 1 ? pointer - 1 : -1;
}

function noiseBordersOf(borders: readonly number[], middle: number): number[] {
  const [first, last] = [borders[0] as number, borders.at(-1) as number];
  return borders.length === 2 ? [first, last] : [first, borders[middle] as number, last];
}

function isRising(borders: readonly number[]): boolean {
  return borders.every((border, index) => index === 0 || border > (borders[index - 1] as number));
}
