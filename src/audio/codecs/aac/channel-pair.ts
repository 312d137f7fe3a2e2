/** The data that two channels of a pair share: middle and side, and intensity (ISO/IEC 14496-3 §4.6.8). */
import {
  type ChannelData,
  INTENSITY_IN_PHASE,
  INTENSITY_OUT_OF_PHASE,
  NOISE_BOOK,
} from "./bitstream/channel-data.ts";

/** A pair that was read. */
export interface ChannelPair {
  readonly left: ChannelData;
  readonly right: ChannelData;
  /** Of each band of each group: whether it holds middle and side; null if the pair's windows differ. */
  readonly isMiddleSide: Uint8Array | null;
}

/** Turns middle and side into left and right, where both are coded as coefficients. */
export function separateMiddleSide({ left, right, isMiddleSide }: ChannelPair): void {
  if (isMiddleSide === null) return;
  forBands(left, (start, stop, index) => {
    const isCoded = isCoefficients(left, index) && isCoefficients(right, index);
    if (isMiddleSide[index] !== 1 || !isCoded) return;
    for (let at = start; at < stop; at++) {
      const middle = left.spectrum[at] as number;
      const side = right.spectrum[at] as number;
      left.spectrum[at] = middle + side;
      right.spectrum[at] = middle - side;
    }
  });
}

/** Makes the right channel of the left one where it is coded as no more than a level, and shares noise where that is said. */
export function spreadIntensity({ left, right, isMiddleSide }: ChannelPair): void {
  forBands(right, (start, stop, index) => {
    const book = right.books[index] as number;
    const isMarked = isMiddleSide?.[index] === 1;
    if (book === NOISE_BOOK && isMarked && left.books[index] === NOISE_BOOK) {
      const factor = (right.factors[index] as number) - (left.factors[index] as number);
      copyScaled(left, right, start, stop, 2 ** (factor / 4));
    }
    if (book < INTENSITY_OUT_OF_PHASE) return;
    const sign = (book === INTENSITY_IN_PHASE) === isMarked ? -1 : 1;
    copyScaled(left, right, start, stop, sign * 2 ** (-(right.factors[index] as number) / 4));
  });
}

function copyScaled(from: ChannelData, to: ChannelData, start: number, stop: number, by: number) {
  for (let at = start; at < stop; at++) to.spectrum[at] = (from.spectrum[at] as number) * by;
}

function isCoefficients({ books }: ChannelData, index: number): boolean {
  return (books[index] as number) < NOISE_BOOK;
}

function forBands(
  { windows }: ChannelData,
  visit: (start: number, stop: number, index: number) => void,
): void {
  const { groups, bandCount, bands, windowLength } = windows;
  for (let group = 0, window = 0; group < groups.length; window += groups[group++] as number) {
    for (let band = 0; band < bandCount; band++) {
      for (let place = window; place < window + (groups[group] as number); place++) {
        const start = place * windowLength + (bands.offsets[band] as number);
        const stop = place * windowLength + (bands.offsets[band + 1] as number);
        visit(start, stop, group * bandCount + band);
      }
    }
  }
}
