/** ALAC's entropy code: adaptive Golomb codes, with runs of zeros where the signal is quiet. */
import { type BitReader, bitsAt, isOver } from "../bits.ts";

/** The state of the adaptive code. */
export interface GolombParameters {
  readonly historyMultiplier: number;
  readonly initialHistory: number;
  readonly longestParameter: number;
}

/** From this many ones on, the number itself follows. */
const ESCAPE_ONES = 9;
const ZERO_RUN_BITS = 16;
const LONGEST_ZERO_RUN = 0xffff;
const HISTORY_SHIFT = 9;
const LARGEST_HISTORY = 0xffff;
/** Below this the next code is the length of a run of zeros. */
const QUIET_HISTORY = 128;

/**
 * Reads residuals into the first `count` places of `residuals`.
 * @param escapeBits size of a number that is written out.
 * @returns whether the packet held them all.
 */
export function readResiduals(
  reader: BitReader,
  residuals: Int32Array,
  count: number,
  escapeBits: number,
  { historyMultiplier, initialHistory, longestParameter }: GolombParameters,
): boolean {
  const runMask = 2 ** Math.min(longestParameter, 30) - 1;
  let history = initialHistory;
  let afterRun = 0;
  for (let index = 0; index < count; ) {
    if (isOver(reader)) return false;
    const parameter = Math.min(31 - Math.clz32((history >>> HISTORY_SHIFT) + 3), longestParameter);
    const code = readCode(reader, parameter, (1 << parameter) - 1, escapeBits);
    const folded = code + afterRun;
    residuals[index++] = (folded & 1) === 0 ? folded / 2 : -(folded + 1) / 2;
    history =
      code > LARGEST_HISTORY
        ? LARGEST_HISTORY
        : historyMultiplier * folded +
          history -
          (Math.imul(historyMultiplier, history) >>> HISTORY_SHIFT);
    afterRun = 0;
    if (history >= QUIET_HISTORY || index >= count) continue;

    const runParameter = Math.clz32(history) - 24 + ((history + 16) >> 6);
    const run = readCode(reader, runParameter, ((1 << runParameter) - 1) & runMask, ZERO_RUN_BITS);
    if (index + run > count) return false;
    residuals.fill(0, index, index + run);
    index += run;
    afterRun = run < LONGEST_ZERO_RUN ? 1 : 0;
    history = 0;
  }
  return !isOver(reader);
}

/** A quotient in ones and a remainder of `parameter` bits, whose last bit is left out if all others are 0. */
function readCode(
  reader: BitReader,
  parameter: number,
  modulus: number,
  escapeBits: number,
): number {
  const { bytes, position } = reader;
  const next = bitsAt(bytes, position);
  const ones = Math.clz32(~next);
  if (ones >= ESCAPE_ONES) {
    reader.position = position + ESCAPE_ONES + escapeBits;
    return bitsAt(bytes, position + ESCAPE_ONES) >>> (32 - escapeBits);
  }
  const start = position + ones + 1;
  const remainder = bitsAt(bytes, start) >>> (32 - parameter);
  if (remainder < 2) {
    reader.position = start + parameter - 1;
    return ones * modulus;
  }
  reader.position = start + parameter;
  return ones * modulus + remainder - 1;
}
