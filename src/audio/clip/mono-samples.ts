/** Channels of samples, at one rate after another → one channel at 16 kHz. */
import { UndertoneError } from "../../errors.ts";
import { mixToMono } from "../mix.ts";
import { createResampler, type Resampler } from "../resample/resample.ts";
import { growingSamples, type SampleSink } from "./growing-samples.ts";

/** Filters of 2 MiB each are kept at worst. */
const MOST_RATES = 8;

/** Takes a clip block by block; holds nothing of it but its 16 kHz samples, or those that `sink` keeps. */
export interface MonoSamples {
  /**
   * Adds the mean of some channels, which continues what was added before at the same rate.
   * @throws UndertoneError `clip-damaged` at the ninth different rate.
   */
  add(channels: readonly Float32Array[], sampleRateHz: number): void;
  /** Bytes that the samples take at most. */
  readonly heldBytes: number;
  /** Ends the last rate's samples and gives those that the sink still holds. */
  take(): Float32Array<ArrayBuffer>;
  /** The largest magnitude of all samples. */
  peak(): number;
  /** Frees the samples of a clip that will not be used. */
  discard(): void;
}

/** Begins with none. */
export function monoSamples(sink: SampleSink = growingSamples()): MonoSamples {
  let peak = 0;
  const resamplers = new Map<number, Resampler>();
  let current: Resampler | null = null;

  const append = (samples: Float32Array) => {
    peak = Math.max(peak, peakOf(samples));
    sink.append(samples);
  };
  const endRate = () => {
    if (current !== null) append(current.flush());
  };
  const resamplerOf = (sampleRateHz: number): Resampler => {
    const known = resamplers.get(sampleRateHz);
    if (known !== undefined) return known;
    if (resamplers.size === MOST_RATES) throw tooManyRates();
    const resampler = createResampler(sampleRateHz);
    resamplers.set(sampleRateHz, resampler);
    return resampler;
  };

  return {
    add(channels, sampleRateHz) {
      const resampler = resamplerOf(sampleRateHz);
      if (resampler !== current) endRate();
      current = resampler;
      append(resampler.push(mixToMono(channels)));
    },
    get heldBytes() {
      return sink.heldBytes;
    },
    take() {
      endRate();
      return sink.take();
    },
    peak: () => peak,
    discard: sink.discard,
  };
}

/** An index instead of an iterator, which makes an object for each sample. */
function peakOf(samples: Float32Array): number {
  let peak = 0;
  for (let index = 0; index < samples.length; index++) {
    peak = Math.max(peak, Math.abs(samples[index] as number));
  }
  return peak;
}

function tooManyRates(): UndertoneError {
  return new UndertoneError(
    "clip-damaged",
    `The clip has parts of more than ${MOST_RATES} different sample rates; export it anew with one sample rate.`,
  );
}
