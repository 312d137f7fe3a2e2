/** Quantised coefficients → the spectrum (ISO/IEC 14496-3 §4.6.2, §4.6.3). */
import { type BitReader, isOver, readBits } from "../../bits.ts";
import { brokenFrame } from "../broken-frame.ts";
import { readSymbol } from "./prefix-code.ts";
import type { Pulse } from "./pulses.ts";
import { SPECTRAL_BOOKS, type SpectralBook } from "./spectral-books.ts";
import type { Windows } from "./windows.ts";

/** The coding of a channel's coefficients. */
export interface SpectrumCoding {
  readonly windows: Windows;
  readonly books: Uint8Array;
  readonly factors: Int16Array;
  readonly pulses: readonly Pulse[];
}

const LARGEST_BOOK = 11;
const ESCAPED = 16;
/** Of the exponent that an escaped coefficient begins with; beyond it is none of an encoder. */
const MOST_ESCAPE_ONES = 8;
const UNITY_FACTOR = 100;
const LARGEST_QUANTISED = 8191 + 64;

const POWERS = Float64Array.from({ length: LARGEST_QUANTISED + 1 }, (_, value) => value ** (4 / 3));

/** Digits of each codebook's symbols. */
const DIGITS = SPECTRAL_BOOKS.map((book) => (book === null ? new Int8Array() : digitsOf(book)));

function digitsOf({ dimension, base, isSigned }: SpectralBook): Int8Array {
  const digits = new Int8Array(base ** dimension * dimension);
  for (let symbol = 0; symbol < base ** dimension; symbol++) {
    for (let place = 0, rest = symbol; place < dimension; place++) {
      const digit = rest % base;
      digits[symbol * dimension + dimension - 1 - place] = isSigned ? digit - (base >> 1) : digit;
      rest = Math.floor(rest / base);
    }
  }
  return digits;
}

/** Reads spectral_data, window by window. */
export function readSpectrum(reader: BitReader, coding: SpectrumCoding): Float64Array {
  const { windows, books, factors, pulses } = coding;
  const { groups, bandCount, bands, windowLength } = windows;
  const spectrum = new Float64Array(windowLength * groups.reduce((sum, count) => sum + count, 0));
  for (let group = 0, window = 0; group < groups.length; window += groups[group++] as number) {
    for (let band = 0; band < bandCount; band++) {
      const index = group * bandCount + band;
      const book = books[index] as number;
      if (book === 0 || book > LARGEST_BOOK) continue;
      if (isOver(reader)) throw brokenFrame();
      const end = window + (groups[group] as number);
      for (let place = window; place < end; place++) {
        const start = place * windowLength + (bands.offsets[band] as number);
        const stop = place * windowLength + (bands.offsets[band + 1] as number);
        readBand(reader, book, spectrum.subarray(start, stop));
      }
    }
  }
  addPulses(spectrum, pulses);
  rescale(spectrum, windows, books, factors);
  return spectrum;
}

/** Quantised coefficients of one band of one window. */
function readBand(reader: BitReader, bookNumber: number, values: Float64Array): void {
  const { code, dimension, isSigned } = SPECTRAL_BOOKS[bookNumber] as SpectralBook;
  const digits = DIGITS[bookNumber] as Int8Array;
  for (let at = 0; at < values.length; at += dimension) {
    const first = readSymbol(reader, code) * dimension;
    for (let place = 0; place < dimension; place++) {
      const digit = digits[first + place] as number;
      if (digit === 0) continue;
      values[at + place] = isSigned || readBits(reader, 1) === 0 ? digit : -digit;
    }
    if (bookNumber !== LARGEST_BOOK) continue;
    for (let place = 0; place < dimension; place++) {
      const value = values[at + place] as number;
      if (Math.abs(value) === ESCAPED) values[at + place] = Math.sign(value) * readEscaped(reader);
    }
  }
}

function readEscaped(reader: BitReader): number {
  let ones = 0;
  while (readBits(reader, 1) === 1) {
    if (++ones > MOST_ESCAPE_ONES) throw brokenFrame();
  }
  return 2 ** (ones + 4) + readBits(reader, ones + 4);
}

function addPulses(spectrum: Float64Array, pulses: readonly Pulse[]): void {
  for (const { index, amplitude } of pulses) {
    const value = spectrum[index] as number;
    spectrum[index] = value > 0 ? value + amplitude : value - amplitude;
  }
}

/** x · |x|^⅓ · 2^((factor − 100) / 4). */
function rescale(
  spectrum: Float64Array,
  { groups, bandCount, bands, windowLength }: Windows,
  books: Uint8Array,
  factors: Int16Array,
): void {
  for (let group = 0, window = 0; group < groups.length; window += groups[group++] as number) {
    for (let band = 0; band < bandCount; band++) {
      const index = group * bandCount + band;
      const book = books[index] as number;
      if (book > LARGEST_BOOK) continue;
      const gain = 2 ** (((factors[index] as number) - UNITY_FACTOR) / 4);
      const end = window + (groups[group] as number);
      for (let place = window; place < end; place++) {
        const stop = place * windowLength + (bands.offsets[band + 1] as number);
        for (let at = place * windowLength + (bands.offsets[band] as number); at < stop; at++) {
          const value = spectrum[at] as number;
          if (value !== 0) spectrum[at] = Math.sign(value) * power(Math.abs(value)) * gain;
        }
      }
    }
  }
}

function power(magnitude: number): number {
  return POWERS[magnitude] as number;
}
