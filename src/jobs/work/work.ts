/** The computation that jobs call, behind an interface without audio and models. */

import type { StoredResult } from "../../results/results.ts";
import type { JobOptions } from "../job.ts";
import type { StoredClip } from "./clip.ts";

/** The progress of a computation. */
export type ReportLayer = (layersDone: number, layersTotal: number) => void;

/** One pack and what is asked of it. */
export interface PreparedWork {
  /** The key of the result that clips with these SHA-256 will have. */
  keyOf(clipSha256s: readonly string[]): Promise<string>;
  /** @throws UndertoneError for every fault of the clips; `request-aborted` once `signal` is aborted. */
  compute(
    clips: readonly Pick<StoredClip, "open">[],
    report: ReportLayer,
    signal: AbortSignal,
  ): Promise<StoredResult>;
}

/** The computation of all tasks, as jobs see it. */
export interface JobWork {
  /** @throws UndertoneError if there is no such model, or the options do not fit it. */
  prepare(options: JobOptions): Promise<PreparedWork>;
  /** A result written in the format that the options ask for; `clipName` is for formats that name the clip. */
  write(result: StoredResult, options: JobOptions, clipName: string): WrittenResult;
}

/** A result as a file. */
export interface WrittenResult {
  /** Without a dot. */
  readonly extension: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}
