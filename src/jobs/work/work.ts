/** The computation that jobs call, behind an interface without audio and models. */

import type { StoredResult } from "../../results/results.ts";
import type { SpreadResult } from "../../results/spread.ts";
import type { JobOptions } from "../job.ts";
import type { RecordingPlan } from "../recording/plan.ts";
import type { LongClips, RecordedWork, ReportLayer } from "../recording/work.ts";
import type { StoredClip } from "./clip.ts";

/** One pack and what is asked of it. */
export interface PreparedWork {
  /** The key of the result that clips with these SHA-256 will have. */
  keyOf(clipSha256s: readonly string[]): Promise<string>;
  /**
   * Computes a result, or decodes what turns out to be a recording.
   * @throws UndertoneError for every fault of the clips; `request-aborted` once `signal` is aborted; what `longClips` throws.
   */
  compute(
    clips: readonly Pick<StoredClip, "open">[],
    report: ReportLayer,
    signal: AbortSignal,
    longClips: LongClips,
  ): Promise<StoredResult | DecodedRecording>;
  /** How recordings are computed; `null` if clips of this task or model are taken as a whole. */
  readonly recorded: RecordedWork | null;
}

/** A clip that is too long for one message, decoded. */
export interface DecodedRecording {
  readonly plan: RecordingPlan;
}

/** The computation of all tasks, as jobs see it. */
export interface JobWork {
  /** @throws UndertoneError if there is no such model, or the options do not fit it. */
  prepare(options: JobOptions): Promise<PreparedWork>;
  /** A result written in the format that the options ask for; `clipName` is for formats that name the clip. */
  write(result: StoredResult | SpreadResult, options: JobOptions, clipName: string): WrittenResult;
}

/** A result as a file. */
export interface WrittenResult {
  /** Without a dot. */
  readonly extension: string;
  readonly mediaType: string;
  readonly parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}
