/** Long-term prediction (ISO/IEC 14496-3 §4.6.6): the spectrum of what sounded a while ago. */

import type { LongTerm, Windows } from "../bitstream/windows.ts";
import { type FilterBank, type FilterTables, foldedFrame } from "../filter-bank/filter-bank.ts";
import { type NoiseShaping, unshapeNoise } from "../noise-shaping.ts";

/** One channel's past. */
export interface LongTermPredictor {
  /** Adds what is predicted to a spectrum. */
  apply(
    spectrum: Float64Array,
    windows: Windows,
    own: LongTerm,
    shaping: NoiseShaping | null,
  ): void;
  /** Takes a frame that was decoded. */
  remember(samples: Float64Array): void;
}

/** A predictor that looks at what a filter bank holds. */
export function longTermPredictor(bank: FilterBank, tables: FilterTables): LongTermPredictor {
  const { frameSamples } = tables;
  const past = new Float64Array(2 * frameSamples);
  return {
    apply(spectrum, windows, { lag, gain, used }, shaping) {
      const known = new Float64Array(3 * frameSamples);
      known.set(past);
      known.set(bank.overlap, 2 * frameSamples);
      const start = 2 * frameSamples - lag;
      const predicted = known.slice(start, Math.min(start + 2 * frameSamples, known.length));
      const frame = new Float64Array(2 * frameSamples);
      for (const [index, value] of predicted.entries()) frame[index] = value * gain;
      const predictedSpectrum = foldedFrame(frame, windows, bank.shape, tables);
      if (shaping !== null) unshapeNoise(predictedSpectrum, shaping, windows);
      for (const [band, isUsed] of used.entries()) {
        if (!isUsed) continue;
        const end = windows.bands.offsets[band + 1] as number;
        for (let at = windows.bands.offsets[band] as number; at < end; at++) {
          spectrum[at] = (spectrum[at] as number) + (predictedSpectrum[at] as number);
        }
      }
    },
    remember(samples) {
      past.copyWithin(0, frameSamples);
      past.set(samples, frameSamples);
    },
  };
}
