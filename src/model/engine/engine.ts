/** What an engine is: a model made ready to compute clips. */
import type { Backend } from "../backend/backend.ts";
import type { BlobReader } from "../pack/blobs.ts";
import type { PackManifest } from "../pack/manifest.ts";
import type { EngineMemory } from "./memory/held.ts";
import type { ComputationQueue } from "./queue.ts";
import type { Computed, LayerReport } from "./run.ts";
import type { EngineTimings } from "./stopwatch.ts";
import type { Taps } from "./taps/taps.ts";

/** What a run computed and what it cost. */
export interface EngineResult extends Computed {
  readonly frames: number;
  /** How many windows the clip was computed in; 1 means exactly, as a whole. */
  readonly windows: number;
  /** What computed it, such as `wasm`; `webgpu+wasm` if both did, as where a device was lost. */
  readonly backend: string;
  readonly timings: EngineTimings;
  readonly memory: EngineMemory;
}

/** A model ready to run. */
export interface Engine {
  readonly manifest: PackManifest;
  /** SHA-256 of the manifest's bytes, in hexadecimal. */
  readonly packDigest: string;
  /**
   * Computes hidden states of mono 16 kHz samples (full scale ±1, already normalised if the pack wants it) and stops
   * after the last segment that `taps` needs.
   * @throws UndertoneError `clip-too-short` under 400 samples, or those that the head needs; `clip-exceeds-memory` naming the seconds that fit;
   *   `output-unavailable` for what a ready export does not give; `overloaded` if too many wait already; `request-aborted` once `signal` is aborted; `pack-damaged` if a blob stays
   *   damaged after one refetch; `model-memory-exhausted` if the heap cannot grow.
   */
  run(samples: Float32Array, taps: Taps, options?: RunOptions): Promise<EngineResult>;
}

/** How a run is stopped and watched. */
export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly report?: LayerReport | undefined;
}

/** What all engines on one heap share. */
export interface EngineLimits {
  /** Of the heap, the weights outside it and the buffers of a run together. */
  readonly memoryBudgetBytes: number;
  /** Computations that may wait while one runs. */
  readonly maxQueue: number;
  /** Longer clips are computed in overlapping windows of this length. */
  readonly windowSeconds: number;
}

/** What an engine runs on; the queue is shared by all engines of one heap. */
export interface EngineParts {
  readonly manifest: PackManifest;
  readonly packDigest: string;
  readonly backend: Backend;
  readonly readBlob: BlobReader;
  readonly queue: ComputationQueue;
  readonly limits: EngineLimits;
}
