/** Samples that are appended to one array, as many as come. */
import { freeMemory, resized } from "../../bytes.ts";

const FIRST_CAPACITY = 1 << 16;

/** Appends samples in order. */
export interface SampleSink {
  append(samples: Float32Array): void;
  /** Bytes that they take at most, the copy that `take` makes among them. */
  readonly heldBytes: number;
  /** Those that are still here, in an array of just that length; none are here any more then. */
  take(): Float32Array<ArrayBuffer>;
  /** Frees those that are still here: nobody will take them. */
  discard(): void;
}

/** Begins with none. */
export function growingSamples(): SampleSink {
  let buffer = new Float32Array(FIRST_CAPACITY);
  let length = 0;
  return {
    append(part) {
      const needed = length + part.length;
      if (needed > buffer.length) buffer = resized(buffer, Math.max(needed, 2 * buffer.length));
      buffer.set(part, length);
      length = needed;
    },
    get heldBytes() {
      return 2 * buffer.byteLength;
    },
    take() {
      const samples = resized(buffer, length);
      buffer = new Float32Array(0);
      length = 0;
      return samples;
    },
    discard: () => freeMemory(buffer),
  };
}
