/** The part of an engine that depends on the kind of its pack: computing one clip, and the weights held for it. */

import type { ProgramSessions } from "./programs.ts";
import type { HeldWeights } from "./queue.ts";
import type { Computed, LayerReport } from "./run.ts";
import type { Stopwatch } from "./stopwatch.ts";
import type { Taps } from "./taps/taps.ts";

/** A clip that was checked and whose turn has come. */
export interface ClipRun {
  readonly samples: Float32Array;
  readonly taps: Taps;
  /** Those of the pack; the backends that compute are noted. */
  readonly programs: ProgramSessions;
  readonly stopwatch: Stopwatch;
  readonly report: LayerReport;
  /** Lets other requests be answered; throws `request-aborted` once the client is gone. */
  breathe(): Promise<void>;
}

/** A computed clip and the number of windows that it was computed in. */
export interface ComputedClip extends Computed {
  readonly windows: number;
}

/** Weights of one pack outside the heap. */
export interface AllowedWeights extends HeldWeights {
  /** Keeps at most so many bytes from now on. */
  allow(bytes: number): void;
  /** The most that were held since `allow` was called. */
  peakBytes(): number;
  heldBytes(): number;
  /** Bytes that were read since `allow` was called. */
  readBytes(): number;
}

/** Computes clips of one pack, one at a time. */
export interface Computation {
  readonly weights: AllowedWeights;
  compute(run: ClipRun): Promise<ComputedClip>;
}
