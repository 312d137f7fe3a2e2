/** Where a clip is silent: an energy gate over frames of 20 ms. */

/** Samples at 16 kHz of a frame that is quiet or not: as far as it is from one frame of a model to the next. */
const FRAME_SAMPLES = 320;
/** A frame is quiet below this share of the clip's variance: 40 dB below its mean power. */
const QUIET_SHARE = 1e-4;
/** And below this variance, of samples between −1 and 1: the last bits of 16-bit audio, 90 dB below full scale. */
const QUIET_VARIANCE = 1e-9;

/** Measures the frames of a clip whose samples come part by part. */
export interface QuietMeter {
  add(samples: Float32Array): void;
  /** Of all samples so far, by frame: 1 if it is quiet, 0 if not. */
  frames(): Uint8Array;
}

/** Begins to measure; however samples are parted, the same sums are made in the same order. */
export function quietMeter(): QuietMeter {
  const variances: number[] = [];
  const clip = emptySums();
  let frame = emptySums();
  return {
    add(samples) {
      for (let index = 0; index < samples.length; index++) {
        const sample = samples[index] as number;
        frame.count++;
        frame.sum += sample;
        frame.squares += sample * sample;
        if (frame.count < FRAME_SAMPLES) continue;
        variances.push(varianceOf(frame));
        addSums(clip, frame);
        frame = emptySums();
      }
    },
    frames() {
      const all = { ...clip };
      addSums(all, frame);
      const gate = Math.max(QUIET_SHARE * varianceOf(all), QUIET_VARIANCE);
      const measured = frame.count > 0 ? [...variances, varianceOf(frame)] : variances;
      return Uint8Array.from(measured, (variance) => (variance <= gate ? 1 : 0));
    },
  };
}

/** The same of samples that are held whole. */
export function quietFrames(samples: Float32Array): Uint8Array {
  const meter = quietMeter();
  meter.add(samples);
  return meter.frames();
}

/** Float64 sums over samples. */
interface Sums {
  count: number;
  sum: number;
  squares: number;
}

function emptySums(): Sums {
  return { count: 0, sum: 0, squares: 0 };
}

function addSums(to: Sums, { count, sum, squares }: Sums): void {
  to.count += count;
  to.sum += sum;
  to.squares += squares;
}

function varianceOf({ count, sum, squares }: Sums): number {
  return squares / count - (sum / count) ** 2;
}
