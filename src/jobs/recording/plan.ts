/** Recordings: long clips, decoded once, of which each window is computed by whoever takes it. */
import type { Normalisation } from "../../audio/clip/normalise.ts";
import type { ClipInfo } from "../../audio/clip.ts";
import type { ClipStatistics } from "../../model/engine/statistics.ts";
import {
  type FrameWindow,
  planWindows,
  type WindowShape,
} from "../../model/engine/windows/plan.ts";
import { frameCount, HOP_SAMPLES, SAMPLE_RATE_HZ, samplesFor } from "../../model/framing.ts";

/** Parts of 32.8 s, 2 MiB: a longer clip is a recording. */
export const PART_SAMPLES = 2 ** 19;

/** A decoded recording: everything but its samples, in JSON. */
export interface RecordingPlan {
  readonly packDigest: string;
  readonly audio: ClipInfo;
  /** Samples at 16 kHz. */
  readonly sampleCount: number;
  readonly shape: WindowShape;
  /** Of the whole clip; `null` if the model wants none. */
  readonly normalisation: Normalisation | null;
  readonly statistics: StatisticsInJson | null;
}

/** Arrays of float64 are written as numbers, which read back as the same bits. */
interface StatisticsInJson {
  readonly mean: number;
  readonly windowMean: readonly number[];
  readonly windowCovariance: readonly number[];
}

/** Statistics → JSON. */
export function statisticsToJson({ mean, moments }: ClipStatistics): StatisticsInJson {
  return { mean, windowMean: [...moments.mean], windowCovariance: [...moments.covariance] };
}

/** The way back. */
export function statisticsOfPlan({ statistics }: RecordingPlan): ClipStatistics | null {
  if (statistics === null) return null;
  const { mean, windowMean, windowCovariance } = statistics;
  return {
    mean,
    moments: {
      mean: Float64Array.from(windowMean),
      covariance: Float64Array.from(windowCovariance),
    },
  };
}

/** The windows of a recording, the same that a clip of its length has in one process. */
export function windowsOf({ sampleCount, shape }: RecordingPlan): FrameWindow[] {
  return planWindows(frameCount(sampleCount), shape);
}

/**
 * One of them.
 * @throws RangeError if the recording has fewer
 */
export function windowAt(plan: RecordingPlan, number: number): FrameWindow {
  const window = windowsOf(plan)[number];
  if (window === undefined) throw new RangeError(`the recording has no window ${number}`);
  return window;
}

/** The samples that a window is computed from: from `start` to before `end`. */
export function samplesOf({ first, count }: FrameWindow): { start: number; end: number } {
  const start = first * HOP_SAMPLES;
  return { start, end: start + samplesFor(count) };
}

/** The seconds of the clip that a window's own frames are of. */
export function secondsOfWindow(
  { audio }: RecordingPlan,
  { keepFirst, keepCount }: FrameWindow,
): { start: number; end: number } {
  const from = audio.startSeconds ?? 0;
  const seconds = (frame: number) =>
    Number((from + (frame * HOP_SAMPLES) / SAMPLE_RATE_HZ).toFixed(3));
  return { start: seconds(keepFirst), end: seconds(keepFirst + keepCount) };
}
