/** Samples of a long clip, handed on in parts of one length while it is decoded. */
import { freeMemory, resized } from "../../bytes.ts";
import type { SampleSink } from "./growing-samples.ts";

/** Takes the samples of a clip part by part. */
export interface Spill {
  /** The length of each part. */
  readonly partSamples: number;
  /** Takes the next part; decoding waits for it. What remains in the end, less than a part or just one, is the clip's `samples`. */
  take(part: Float32Array<ArrayBuffer>): Promise<void>;
}

/** Samples cut into parts. */
export interface SampleParts extends SampleSink {
  /** The parts that are full and followed by more samples; each is given once. */
  fullParts(): Float32Array<ArrayBuffer>[];
}

/** Begins with none; a part is full only once a sample follows it. */
export function sampleParts(partSamples: number): SampleParts {
  let buffer = new Float32Array(partSamples);
  let filled = 0;
  let full: Float32Array<ArrayBuffer>[] = [];
  return {
    append(samples) {
      for (let rest = samples; rest.length > 0; ) {
        if (filled === partSamples) {
          full.push(buffer);
          buffer = new Float32Array(partSamples);
          filled = 0;
        }
        const piece = rest.subarray(0, partSamples - filled);
        buffer.set(piece, filled);
        filled += piece.length;
        rest = rest.subarray(piece.length);
      }
    },
    get heldBytes() {
      return (full.length + 1) * buffer.byteLength;
    },
    fullParts() {
      const given = full;
      full = [];
      return given;
    },
    take: () => resized(buffer, filled),
    discard: () => freeMemory(buffer),
  };
}
