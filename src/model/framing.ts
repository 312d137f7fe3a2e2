/** WavLM's convolutions over samples, and the frames that they make of a clip. */

/** Sample rate of all audio that a model takes. */
export const SAMPLE_RATE_HZ = 16_000;

/** Output channels, kernel sizes and strides of the seven convolutions of every released WavLM. */
export const CONV_DIM: readonly number[] = [512, 512, 512, 512, 512, 512, 512];
export const CONV_KERNEL: readonly number[] = [10, 3, 3, 3, 3, 2, 2];
export const CONV_STRIDE: readonly number[] = [5, 2, 2, 2, 2, 2, 2];

/** The samples that one frame sees, and the samples from one frame to the next. */
export interface Framing {
  readonly receptiveFieldSamples: number;
  readonly hopSamples: number;
}

/** The framing of a stack of convolutions, each with a kernel size and a stride. */
export function framingOf(kernels: readonly number[], strides: readonly number[]): Framing {
  let receptiveFieldSamples = 1;
  let hopSamples = 1;
  for (const [index, kernel] of kernels.entries()) {
    receptiveFieldSamples += (kernel - 1) * hopSamples;
    hopSamples *= strides[index] ?? 1;
  }
  return { receptiveFieldSamples, hopSamples };
}

const FRAMING = framingOf(CONV_KERNEL, CONV_STRIDE);

/** Samples that one frame sees: 400, which is 25 ms. */
export const RECEPTIVE_FIELD_SAMPLES = FRAMING.receptiveFieldSamples;

/** Samples from one frame to the next: 320, which is 20 ms. */
export const HOP_SAMPLES = FRAMING.hopSamples;

/** Frames of a clip of n samples: (n − 400) // 320 + 1. */
export function frameCount(sampleCount: number): number {
  return Math.floor((sampleCount - RECEPTIVE_FIELD_SAMPLES) / HOP_SAMPLES) + 1;
}

/** The fewest samples that have so many frames: 320 · (frames − 1) + 400. */
export function samplesFor(frames: number): number {
  return (frames - 1) * HOP_SAMPLES + RECEPTIVE_FIELD_SAMPLES;
}
