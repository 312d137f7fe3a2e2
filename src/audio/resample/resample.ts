/**
 * Any sample rate → 16 kHz, by a polyphase filter, whole or in pieces with the same bits. Long because whole and in
 * pieces share one inner product.
 */
import { requireSampleRate } from "../budget/bounds.ts";
import { MODEL_SAMPLE_RATE_HZ, type ResampleFilter } from "./filter.ts";
import { filterFor } from "./filter-cache.ts";

const BLOCK_SAMPLES = 16_384;

/** A conversion under way: samples in, whatever outputs they complete out. */
export interface Resampler {
  /** Takes the next samples; returns the outputs that no later sample can change. */
  push(samples: Float32Array): Float32Array;
  /** Returns the remaining outputs, as if silence followed; what is pushed after it is a conversion of its own. */
  flush(): Float32Array;
}

/**
 * Resamples a whole clip to 16 kHz.
 * @param samples mono at `fromHz`; returned as they are if that is 16 kHz.
 * @returns round(n · 16000 / fromHz) samples, halves up; output 0 lies at input 0 (no delay).
 * @throws UndertoneError `sample-rate-unsupported` outside 4 000 … 384 000 Hz.
 */
export function resample(samples: Float32Array, fromHz: number): Float32Array {
  requireSampleRate(fromHz);
  if (fromHz === MODEL_SAMPLE_RATE_HZ) return samples;
  const resampler = createResampler(fromHz);
  const output = new Float32Array(outputLength(samples.length, fromHz));
  let written = 0;
  const append = (part: Float32Array) => {
    output.set(part, written);
    written += part.length;
  };
  for (let start = 0; start < samples.length; start += BLOCK_SAMPLES) {
    append(resampler.push(samples.subarray(start, start + BLOCK_SAMPLES)));
  }
  append(resampler.flush());
  return output;
}

/**
 * Begins a conversion to 16 kHz of samples that arrive in pieces; all outputs together equal those of `resample`.
 * @throws UndertoneError `sample-rate-unsupported` outside 4 000 … 384 000 Hz.
 */
export function createResampler(fromHz: number): Resampler {
  requireSampleRate(fromHz);
  if (fromHz === MODEL_SAMPLE_RATE_HZ) {
    return { push: (samples) => samples, flush: () => new Float32Array(0) };
  }
  const filter = filterFor(fromHz);
  const { run, restart } = createConvolution(filter);
  let received = 0;
  let produced = 0;
  const produce = (samples: Float32Array, until: number) => {
    const outputs = run(samples, until - produced);
    produced = until;
    return outputs;
  };
  return {
    push(samples) {
      received += samples.length;
      return produce(samples, completedOutputs(received, filter));
    },
    flush() {
      const rest = produce(new Float32Array(filter.taps / 2), outputLength(received, fromHz));
      restart();
      received = 0;
      produced = 0;
      return rest;
    },
  };
}

function outputLength(samples: number, fromHz: number): number {
  return Math.round((samples * MODEL_SAMPLE_RATE_HZ) / fromHz);
}

/** The number of outputs whose taps are all among the first `received` inputs. */
function completedOutputs(received: number, filter: ResampleFilter): number {
  const firstOutOfReach = Math.max(0, received - filter.taps / 2);
  return Math.ceil((firstOutOfReach * filter.outputsPerPeriod) / filter.inputsPerPeriod);
}

/** Slides the filter over inputs that arrive in pieces; each call says how many outputs its inputs complete. */
function createConvolution(filter: ResampleFilter) {
  const { taps, phases, outputsPerPeriod, inputsPerPeriod, bank } = filter;
  const window = new Float64Array(taps + BLOCK_SAMPLES);
  /** The inputs before the clip are silence, which the window begins with. */
  const silentInputs = taps / 2 - 1;
  let filled = silentInputs;
  let first = 0;
  let remainder = 0;

  const restart = () => {
    window.fill(0, 0, silentInputs);
    filled = silentInputs;
    first = 0;
    remainder = 0;
  };

  /** Puts the next output, which is the blend of two rows' where the phase lies between them, and moves on. */
  const putNext = (outputs: Float32Array, at: number): void => {
    const position = (remainder * phases) / outputsPerPeriod;
    const row = Math.floor(position);
    const blend = position - row;
    const product = innerProduct(window, first, bank, row * taps, taps);
    outputs[at] =
      blend === 0
        ? product
        : product + blend * (innerProduct(window, first, bank, (row + 1) * taps, taps) - product);
    remainder += inputsPerPeriod;
    first += Math.floor(remainder / outputsPerPeriod);
    remainder %= outputsPerPeriod;
  };

  const run = (samples: Float32Array, outputCount: number): Float32Array => {
    const outputs = new Float32Array(outputCount);
    let written = 0;
    for (let taken = 0; taken < samples.length; ) {
      const piece = samples.subarray(taken, taken + window.length - filled);
      window.set(piece, filled);
      filled += piece.length;
      taken += piece.length;
      while (written < outputCount && first + taps <= filled) putNext(outputs, written++);
      // Only now: samples may come one by one, and what is kept is some hundred of them.
      if (filled === window.length) {
        window.copyWithin(0, first, filled);
        filled -= first;
        first = 0;
      }
    }
    return outputs;
  };
  return { run, restart };
}

/**
 * The inner product of a window with a row of the bank, of four sums side by side, so that an addition need not wait for the one
 * before it.
 */
function innerProduct(
  window: Float64Array,
  first: number,
  bank: Float64Array,
  row: number,
  taps: number,
): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let tap = 0; tap < taps; tap += 4) {
    const at = first + tap;
    const of = row + tap;
    sum0 += (window[at] as number) * (bank[of] as number);
    sum1 += (window[at + 1] as number) * (bank[of + 1] as number);
    sum2 += (window[at + 2] as number) * (bank[of + 2] as number);
    sum3 += (window[at + 3] as number) * (bank[of + 3] as number);
  }
  return sum0 + sum1 + (sum2 + sum3);
}
