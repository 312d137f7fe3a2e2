/** Interface of measured subjects: they compute a clip's hidden states, and are timed and weighed from outside. */
import type { Clip } from "../speech-clip.ts";

/** The most memory taken so far, in bytes. */
export interface MemoryUse {
  /** The WebAssembly heap, which never shrinks. */
  readonly wasmHeapBytes: number;
  /** Model bytes, tensors and clips held outside it; 0 where nobody counts them. */
  readonly heldBufferBytes: number;
}

/** A running model. */
export interface Subject {
  /**
   * Computes a clip up to hidden state `layer`, the last if left out, and returns when the whole answer is here.
   * Baselines always compute all of it.
   */
  run(clip: Clip, layer?: number): Promise<void>;
  /** The memory that the last run left taken. */
  memory(): Promise<MemoryUse>;
  /** Starts over with nothing loaded; model bytes stay where they were installed or cached. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}
