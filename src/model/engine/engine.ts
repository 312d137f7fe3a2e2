/** The contract of an engine: a model ready to compute clips. */
import type { MemoryLedger } from "../../ledger.ts";
import type { Backend } from "../backend/backend.ts";
import type { HeadPart } from "../heads/parts.ts";
import type { HeadOutput } from "../heads/run-head.ts";
import type { BlobReader } from "../pack/blobs.ts";
import type { PackManifest } from "../pack/manifest.ts";
import type { Account } from "./account.ts";
import type { ComputationQueue } from "./queue.ts";
import type { ClipStatistics } from "./statistics.ts";
import type { Taps } from "./taps/taps.ts";
import type { Computed, ComputedWindow, LayerReport } from "./windows/compute.ts";
import type { FrameWindow } from "./windows/plan.ts";
import type { FrameSpan } from "./windows/quiet.ts";

/** Results of a run, with timings and memory. */
export interface EngineResult extends Computed, Account {
  /** Those that were computed. */
  readonly frames: number;
  /** Number of windows that the clip was computed in; 1 means as a whole, without approximation. */
  readonly windows: number;
  /** The frames that each of them gave. */
  readonly windowFrames: readonly number[];
  /** Frames of windows that were left out: the results are without them. */
  readonly silent: readonly FrameSpan[];
}

/** One window of a clip: its samples, and what it has to know of the rest. */
export interface WindowInput {
  /** Of the window's frames, as they go into the model. */
  readonly samples: Float32Array;
  /** Of the whole clip; `null` if the frontend needs none. */
  readonly statistics: ClipStatistics | null;
  readonly window: FrameWindow;
}

/** Results of a window, of which only its own frames are there. */
export interface WindowResult extends ComputedWindow, Account {}

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
  /**
   * Computes one window of a longer clip. Of all windows together, as `planWindows` has them, come the bits that `run` gives for the whole.
   * @throws UndertoneError as `run`, and `output-unavailable` for a ready export, which takes clips as a whole.
   */
  runWindow(input: WindowInput, taps: Taps, options?: RunOptions): Promise<WindowResult>;
  /**
   * Joins what the taps' head made of all windows of a clip, in their order.
   * @throws UndertoneError as `runWindow`.
   */
  joinHeads(
    parts: readonly HeadPart[],
    taps: Taps,
    options?: Pick<RunOptions, "signal">,
  ): Promise<HeadOutput | null>;
}

/** Options of a run: cancellation, progress, and what need not be computed. */
export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly report?: LayerReport | undefined;
  /** By 20 ms of a whole clip, 1 if they are silent: windows of nothing else are left out. */
  readonly quiet?: Uint8Array | undefined;
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
