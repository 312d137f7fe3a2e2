/** Bands that are coded as no more than the level of noise (ISO/IEC 14496-3 §4.6.13). */
import { type ChannelData, NOISE_BOOK } from "./bitstream/channel-data.ts";

/** A source of pseudo-random numbers: a linear congruential generator (Numerical Recipes' constants). */
export interface NoiseSource {
  next(): number;
}

const SEED = 0x1f2e3d4c;

/** The standard leaves the generator open; this one gives a file the same samples each time. */
export function noiseSource(): NoiseSource {
  let state = SEED;
  return {
    next() {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      return state;
    },
  };
}

/** Fills the noise bands of a channel. */
export function fillNoise(channel: ChannelData, source: NoiseSource): void {
  forNoiseBands(channel, (values, level) => {
    let energy = 0;
    for (let index = 0; index < values.length; index++) {
      const value = source.next();
      values[index] = value;
      energy += value * value;
    }
    const scale = level / Math.sqrt(energy);
    for (let index = 0; index < values.length; index++)
      values[index] = (values[index] as number) * scale;
  });
}

function forNoiseBands(
  { windows, books, factors, spectrum }: ChannelData,
  fill: (values: Float64Array, level: number) => void,
): void {
  const { groups, bandCount, bands, windowLength } = windows;
  for (let group = 0, window = 0; group < groups.length; window += groups[group++] as number) {
    for (let band = 0; band < bandCount; band++) {
      const index = group * bandCount + band;
      if (books[index] !== NOISE_BOOK) continue;
      const level = 2 ** ((factors[index] as number) / 4);
      for (let place = window; place < window + (groups[group] as number); place++) {
        const start = place * windowLength + (bands.offsets[band] as number);
        const stop = place * windowLength + (bands.offsets[band + 1] as number);
        fill(spectrum.subarray(start, stop), level);
      }
    }
  }
}
