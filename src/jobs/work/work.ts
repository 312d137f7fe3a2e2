/** The computation that jobs call, behind an interface without audio and models. */

import type { StoredResult } from "../../results/results.ts";
import type { JobOptions } from "../job.ts";

/** The progress of a computation. */
export type ReportLayer = (layersDone: number, layersTotal: number) => void;

/** One pack and what is asked of it. */
export interface PreparedWork {
  /** The key of the result that a clip will have. */
  keyOf(clipSha256: string): Promise<string>;
  /** @throws UndertoneError for every fault of the clip; `request-aborted` once `signal` is aborted. */
  compute(clip: Uint8Array, report: ReportLayer, signal: AbortSignal): Promise<StoredResult>;
}

/** The computation of features, as jobs see it. */
export interface FeatureWork {
  /** @throws UndertoneError if there is no such model, or the options do not fit it. */
  prepare(options: JobOptions): Promise<PreparedWork>;
  /** A result written in the format that the options ask for. */
  write(result: StoredResult, options: JobOptions): WrittenResult;
}

/** A result as a file. */
export interface WrittenResult {
  /** Without a dot. */
  readonly extension: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}
