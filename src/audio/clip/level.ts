/** Watches the level of samples as they go by: which are no numbers, and which were flattened at full scale. */
import { UndertoneError } from "../../errors.ts";
import type { ClipDescription } from "../decoder.ts";

/** Full scale is ±1; a float file that was scaled like 32-bit integers still fits, and its squares fit a float32. */
const LARGEST_MAGNITUDE = 2 ** 31;
/** So many samples in a row at full scale are a flattened peak; one or two may be a loud one. */
const SHORTEST_RUN = 3;
/** The highest steps of 8-bit formats lie lower: u8 0.992, A-law 0.984, µ-law 0.980. */
const FULL_SCALE_OF_8_BITS = 0.98;
const FULL_SCALE = 0.9999;

/** Counts over all blocks that it was shown. */
export interface LevelMeter {
  /**
   * Looks at the next samples.
   * @param first the position of the first of them in the file, for messages
   * @throws UndertoneError `clip-samples-not-finite` naming the first sample that is NaN, infinite or beyond ±2^31.
   */
  watch(channels: readonly Float32Array[], first: number): void;
  /** Samples in runs of three or more at full scale or beyond, all channels together. */
  clippedSamples(): number;
}

/** A place in a file: samples per channel from its start, and how long they last. */
export interface ClipPlace {
  readonly seconds: number;
  readonly sample: number;
}

export const CLIP_START: ClipPlace = { seconds: 0, sample: 0 };

/**
 * Begins at the first sample that is used of a clip, or of what follows in another format.
 * @param origin where samples of this rate begin, for messages
 */
export function createLevelMeter(description: ClipDescription, origin = CLIP_START): LevelMeter {
  const fullScale = description.bitsPerSample === 8 ? FULL_SCALE_OF_8_BITS : FULL_SCALE;
  const runs: number[] = [];
  let clipped = 0;

  const countClipped = (samples: Float32Array, channel: number) => {
    let run = runs[channel] ?? 0;
    for (let index = 0; index < samples.length; index++) {
      if (Math.abs(samples[index] as number) < fullScale) {
        run = 0;
        continue;
      }
      run++;
      clipped += run === SHORTEST_RUN ? SHORTEST_RUN : run > SHORTEST_RUN ? 1 : 0;
    }
    runs[channel] = run;
  };

  return {
    watch(channels, first) {
      requireUsable(channels, first, (sample) => ({
        sample,
        seconds: origin.seconds + (sample - origin.sample) / description.sampleRateHz,
      }));
      channels.forEach(countClipped);
    },
    clippedSamples: () => clipped,
  };
}

function requireUsable(
  channels: readonly Float32Array[],
  first: number,
  placeOf: (sample: number) => ClipPlace,
): void {
  const unusable = channels.map(firstUnusable);
  const found = unusable.filter((index) => index >= 0);
  if (found.length === 0) return;
  const index = Math.min(...found);
  const value = channels[unusable.indexOf(index)]?.[index];
  const { seconds, sample } = placeOf(first + index);
  throw new UndertoneError(
    "clip-samples-not-finite",
    `The sample at ${seconds.toFixed(6)} s is ${value}, which is not a finite number of usable size; write the clip again with samples between -1 and 1.`,
    { seconds, sample },
  );
}

/** The index of the first sample that is not finite, -1 if there is none; NaN fails every comparison. */
function firstUnusable(samples: Float32Array): number {
  for (let index = 0; index < samples.length; index++) {
    if (!(Math.abs(samples[index] as number) <= LARGEST_MAGNITUDE)) return index;
  }
  return -1;
}
