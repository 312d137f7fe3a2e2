/** The part of an engine that depends on the kind of its pack: computing clips and windows, and the weights held for them. */
import type { HeadPart } from "../heads/parts.ts";
import type { HeadOutput } from "../heads/run-head.ts";
import type { WindowInput } from "./engine.ts";
import type { ProgramSessions } from "./programs.ts";
import type { HeldWeights } from "./queue.ts";
import type { Stopwatch } from "./stopwatch.ts";
import type { Taps } from "./taps/taps.ts";
import type { Computed, ComputedWindow, LayerReport } from "./windows/compute.ts";
import type { FrameSpan } from "./windows/quiet.ts";

/** What a computation works with once its turn has come. */
export interface Turn {
  /** Those of the pack; the backends that compute are noted. */
  readonly programs: ProgramSessions;
  readonly stopwatch: Stopwatch;
  /** Lets other requests be answered; throws `request-aborted` once the client is gone. */
  breathe(): Promise<void>;
}

/** Something to compute that was checked and whose turn has come. */
export interface Run extends Turn {
  readonly taps: Taps;
  readonly report: LayerReport;
}

/** A computed clip, the frames of each window that it was computed in, and those that were left out. */
export interface ComputedClip extends Computed {
  readonly windowFrames: readonly number[];
  readonly silent: readonly FrameSpan[];
}

/** Weights of one pack outside the heap. */
export interface AllowedWeights extends HeldWeights {
  /** Keeps at most so many bytes from now on. */
  allow(bytes: number): void;
  /** The most that were held since `allow` was called. */
  peakBytes(): number;
  heldBytes(): number;
  /** Bytes of memory that waits for the next reads of weights. */
  spareBytes(): number;
  /** Bytes that were read since `allow` was called. */
  readBytes(): number;
}

/** Computes clips of one pack, one at a time. */
export interface Computation {
  readonly weights: AllowedWeights;
  /** @param quiet by frame, 1 where windows may be left out; a pack that takes clips as a whole leaves nothing out */
  compute(run: Run, samples: Float32Array, quiet?: Uint8Array): Promise<ComputedClip>;
  /** @throws UndertoneError `output-unavailable` if the pack takes clips as a whole. */
  computeWindow(run: Run, input: WindowInput): Promise<ComputedWindow>;
  /** @throws UndertoneError `output-unavailable` as `computeWindow`. */
  joinHeads(run: Run, parts: readonly HeadPart[]): Promise<HeadOutput | null>;
}
