/** One or two channels of an ALAC packet: a header, predictors, residuals, or samples as they are. */

import { type BitReader, isOver, readBits, readSignedBits } from "../bits.ts";
import type { AlacCookie } from "./cookie.ts";
import { type Predictor, predict } from "./predictor.ts";
import { readResiduals } from "./residuals.ts";

/** Reused from packet to packet, each of `frameLength`. */
export interface Scratch {
  readonly residuals: Int32Array;
  readonly mixed: readonly [Int32Array, Int32Array];
}

const LARGEST_WORD_BITS = 32;

/**
 * Reads the samples of one element, whose tag has been taken.
 * @returns one array of integers per channel, or null if they are damaged.
 */
export function readElement(
  bits: BitReader,
  channelCount: 1 | 2,
  cookie: AlacCookie,
  scratch: Scratch,
): Int32Array[] | null {
  const { bitsPerSample, frameLength } = cookie;
  readBits(bits, 4);
  if (readBits(bits, 12) !== 0) return null;
  const hasLength = readBits(bits, 1) === 1;
  const lowBits = readBits(bits, 2) * 8;
  const isPlain = readBits(bits, 1) === 1;
  const count = hasLength ? readBits(bits, 32) : frameLength;
  if (count > frameLength || lowBits >= bitsPerSample || lowBits > 16) return null;
  if (isPlain) return readPlain(bits, channelCount, count, bitsPerSample);

  const sampleBits = bitsPerSample - lowBits + channelCount - 1;
  if (sampleBits > LARGEST_WORD_BITS) return null;
  const mixShift = readBits(bits, 8);
  const mixWeight = readSignedBits(bits, 8);
  const channels = scratch.mixed.slice(0, channelCount);
  const predictors = channels.map(() => readPredictor(bits));
  const low = { ...bits };
  bits.position += lowBits * channelCount * count;
  for (const [index, samples] of channels.entries()) {
    const { historyFactor, ...predictor } = predictors[index] as ChannelSetup;
    const parameters = {
      ...cookie,
      historyMultiplier: (cookie.historyMultiplier * historyFactor) >> 2,
    };
    if (!readResiduals(bits, scratch.residuals, count, sampleBits, parameters)) return null;
    predict(scratch.residuals, samples, count, sampleBits, predictor);
  }
  const [left, right] = channels.map((samples) => samples.slice(0, count)) as [
    Int32Array,
    Int32Array?,
  ];
  if (right === undefined) return addLowBits([left], low, lowBits);
  unmix(left, right, mixShift, mixWeight);
  return addLowBits([left, right], low, lowBits);
}

type ChannelSetup = Predictor & { readonly historyFactor: number };

function readPredictor(bits: BitReader): ChannelSetup {
  const mode = readBits(bits, 4);
  const shift = readBits(bits, 4);
  const historyFactor = readBits(bits, 3);
  const coefficients = new Int16Array(readBits(bits, 5));
  for (let tap = 0; tap < coefficients.length; tap++) coefficients[tap] = readSignedBits(bits, 16);
  return { mode, shift, historyFactor, coefficients };
}

function readPlain(
  bits: BitReader,
  channelCount: number,
  count: number,
  bitsPerSample: number,
): Int32Array[] | null {
  const channels = Array.from({ length: channelCount }, () => new Int32Array(count));
  for (let index = 0; index < count; index++) {
    for (const samples of channels) samples[index] = readSignedBits(bits, bitsPerSample);
  }
  return isOver(bits) ? null : channels;
}

/** Sum and difference, weighted, → left and right, in place. */
function unmix(left: Int32Array, right: Int32Array, shift: number, weight: number): void {
  if (weight === 0) return;
  for (let index = 0; index < left.length; index++) {
    const sum = left[index] as number;
    const difference = right[index] as number;
    left[index] = sum + difference - ((weight * difference) >> shift);
    right[index] = (left[index] as number) - difference;
  }
}

/** The lowest bits of samples, which are noise, stand beside the residuals as they are. */
function addLowBits(channels: Int32Array[], low: BitReader, lowBits: number): Int32Array[] {
  if (lowBits === 0) return channels;
  const [{ length }] = channels as [Int32Array];
  for (let index = 0; index < length; index++) {
    for (const samples of channels) {
      samples[index] = ((samples[index] as number) << lowBits) | readBits(low, lowBits);
    }
  }
  return channels;
}
