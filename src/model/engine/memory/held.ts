/** Memory held by an engine. */

/** Bytes after a run; the heap never shrinks, so its size is its peak. */
export interface EngineMemory {
  readonly wasmHeapBytes: number;
  /** Weights held outside the heap at most during the run, and its buffers. */
  readonly heldBufferBytes: number;
  /** Weights outside the heap that stay for the next clip. */
  readonly residentWeightBytes: number;
  /** Weights outside the heap that were read for the run: none if all were resident. */
  readonly readWeightBytes: number;
}
