/** The contract of an engine: a model ready to compute clips. */
import type { MemoryLedger } from "../../ledger.ts";
import type { Backend } from "../backend/backend.ts";
import type { BlobReader } from "../pack/blobs.ts";
import type { PackManifest } from "../pack/manifest.ts";
import type { EngineMemory } from "./memory/held.ts";
import type { ComputationQueue } from "./queue.ts";
import type { Computed, LayerReport } from "./run.ts";
import type { EngineTimings } from "./stopwatch.ts";
import type { Taps } from "./taps/taps.ts";

/** Results of a run, with timings and memory. */
export interface EngineResult extends Computed {
  readonly frames: number;
  /** Number of windows that the clip was computed in; 1 means as a whole, without approximation. */
  readonly windows: number;
  /** The backends that computed it, such as `wasm`; `webgpu+wasm` if both did, for example after a device was lost. */
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
   *   `output-unavailable` for what a ready export does not give; `queue-full` if too many wait already; `request-aborted` once `signal` is aborted; `pack-damaged` if a blob stays
   *   damaged after one refetch; `model-memory-exhausted` if the heap cannot grow; `overloaded` if others hold the memory that it needs.
   */
  run(samples: Float32Array, taps: Taps, options?: RunOptions): Promise<EngineResult>;
}

/** Options of a run: cancellation and progress. */
export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly report?: LayerReport | undefined;
}

/** Limits shared by all engines on one heap. */
export interface EngineLimits {
  /** Of the heap, the weights outside it and the buffers of a run together. */
  readonly memoryBudgetBytes: number;
  /** Computations that may wait while one runs. */
  readonly maxQueue: number;
  /** Longer clips are computed in overlapping windows of this length. */
  readonly windowSeconds: number;
}

/** Dependencies of an engine; the queue is shared by all engines of one heap. */
export interface EngineParts {
  readonly manifest: PackManifest;
  readonly packDigest: string;
  readonly backend: Backend;
  readonly readBlob: BlobReader;
  readonly queue: ComputationQueue;
  readonly limits: EngineLimits;
  /** Of all memory beside the engine's; a ledger of its own, of the budget, if nobody else holds any. */
  readonly ledger?: MemoryLedger | undefined;
}
