/** One channel's part of a frame: individual_channel_stream (ISO/IEC 14496-3 §4.4.2.7, table 4.50). */
import { type BitReader, isOver, readBits } from "../../bits.ts";
import { brokenFrame } from "../broken-frame.ts";
import { type NoiseShaping, readNoiseShaping } from "../noise-shaping.ts";
import { readSymbol } from "./prefix-code.ts";
import { type Pulse, readPulses } from "./pulses.ts";
import { SCALE_FACTOR_CODE } from "./spectral-books.ts";
import { readSpectrum } from "./spectrum.ts";
import { EIGHT_SHORT, readWindows, type StreamTables, type Windows } from "./windows.ts";

/** Codebooks that stand for no coefficients but for how a band is made. */
export const NOISE_BOOK = 13;
export const INTENSITY_OUT_OF_PHASE = 14;
export const INTENSITY_IN_PHASE = 15;

/** The data of one channel. */
export interface ChannelData {
  readonly windows: Windows;
  /** Of each band of each group, one group after the other. */
  readonly books: Uint8Array;
  /** Of each band: a scale factor, a noise level or an intensity position. */
  readonly factors: Int16Array;
  readonly shaping: NoiseShaping | null;
  /** Window by window; scaled, and without what noise and intensity make. */
  readonly spectrum: Float64Array;
}

/** Reads one channel; `shared` are the windows of a pair that has the same for both. */
export function readChannelData(
  reader: BitReader,
  stream: StreamTables,
  shared: Windows | null,
): ChannelData {
  const globalGain = readBits(reader, 8);
  const windows = shared ?? readWindows(reader, stream);
  const books = readBooks(reader, windows);
  const factors = readFactors(reader, books, globalGain);
  const isShort = windows.sequence === EIGHT_SHORT;
  let pulses: readonly Pulse[] = [];
  if (readBits(reader, 1) === 1) {
    if (isShort) throw brokenFrame();
    pulses = readPulses(reader, windows);
  }
  const shaping = readBits(reader, 1) === 1 ? readNoiseShaping(reader, windows, stream) : null;
  const hasGainControl = readBits(reader, 1) === 1;
  if (hasGainControl) throw brokenFrame();
  const spectrum = readSpectrum(reader, { windows, books, factors, pulses });
  if (isOver(reader)) throw brokenFrame();
  return { windows, books, factors, shaping, spectrum };
}

/** section_data: runs of bands that share a codebook. */
function readBooks(reader: BitReader, { sequence, bandCount, groups }: Windows): Uint8Array {
  const lengthBits = sequence === EIGHT_SHORT ? 3 : 5;
  const goesOn = (1 << lengthBits) - 1;
  const books = new Uint8Array(groups.length * bandCount);
  for (let group = 0; group < groups.length; group++) {
    for (let band = 0; band < bandCount; ) {
      const book = readBits(reader, 4);
      if (book === 12) throw brokenFrame();
      let length = 0;
      let part = goesOn;
      while (part === goesOn && !isOver(reader)) {
        part = readBits(reader, lengthBits);
        length += part;
      }
      if (isOver(reader) || band + length > bandCount) throw brokenFrame();
      books.fill(book, group * bandCount + band, group * bandCount + band + length);
      band += length;
    }
  }
  return books;
}

const FIRST_NOISE_BITS = 9;
const NOISE_OFFSET = 90;
const NO_DIFFERENCE = 60;

/** scale_factor_data: differences, of scale factors, noise levels and intensity positions each on their own. */
function readFactors(reader: BitReader, books: Uint8Array, globalGain: number): Int16Array {
  const factors = new Int16Array(books.length);
  let gain = globalGain;
  let noise = globalGain - NOISE_OFFSET;
  let position = 0;
  let isFirstNoise = true;
  for (const [index, book] of books.entries()) {
    if (book === 0) continue;
    if (book === NOISE_BOOK && isFirstNoise) {
      noise += readBits(reader, FIRST_NOISE_BITS) - 256;
      isFirstNoise = false;
      factors[index] = noise;
      continue;
    }
    const difference = readSymbol(reader, SCALE_FACTOR_CODE) - NO_DIFFERENCE;
    if (book === NOISE_BOOK) factors[index] = noise += difference;
    else if (book >= INTENSITY_OUT_OF_PHASE) factors[index] = position += difference;
    else {
      gain += difference;
      if (gain < 0 || gain > 255) throw brokenFrame();
      factors[index] = gain;
    }
  }
  return factors;
}
