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
  /** Numbers of the windows in which there is something to hear, where others are left out. */
  readonly heard?: readonly number[];
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
export function windowsOf({
  sampleCount,
  shape,
}: Pick<RecordingPlan, "sampleCount" | "shape">): FrameWindow[] {
  return planWindows(frameCount(sampleCount), shape);
}

/** The numbers of those that are computed. */
export function computedNumbers(plan: RecordingPlan): readonly number[] {
  return plan.heard ?? windowsOf(plan).map((_, number) => number);
}

/** The windows that are computed. */
export function computedWindows(plan: RecordingPlan): FrameWindow[] {
  return windowsAt(plan, computedNumbers(plan));
}

/** The frames that these windows give. */
export function framesOf(windows: readonly FrameWindow[]): number {
  return windows.reduce((sum, { keepCount }) => sum + keepCount, 0);
}

/**
 * The frames of the recording, from `first` to before `end`, that windows tell of which follow each other: silence that was left out
 * before, between and behind them is known, too.
 */
export function stretchOf(
  plan: RecordingPlan,
  numbers: readonly number[],
): { readonly first: number; readonly end: number } {
  const all = windowsOf(plan).length;
  const computed = new Set(computedNumbers(plan));
  let from = numbers[0] ?? 0;
  let to = numbers.at(-1) ?? all - 1;
  while (from > 0 && !computed.has(from - 1)) from--;
  while (to < all - 1 && !computed.has(to + 1)) to++;
  const [first, last] = windowsAt(plan, [from, to]) as [FrameWindow, FrameWindow];
  return { first: first.keepFirst, end: last.keepFirst + last.keepCount };
}

/**
 * One of them.
 * @throws RangeError if the recording has fewer
 */
export function windowAt(plan: RecordingPlan, number: number): FrameWindow {
  return windowsAt(plan, [number])[0] as FrameWindow;
}

/**
 * Several of them.
 * @throws RangeError as `windowAt`
 */
export function windowsAt(plan: RecordingPlan, numbers: readonly number[]): FrameWindow[] {
  const all = windowsOf(plan);
  return numbers.map((number) => {
    const window = all[number];
    if (window === undefined) throw new RangeError(`the recording has no window ${number}`);
    return window;
  });
}

/** The samples that a window is computed from: from `start` to before `end`. */
export function samplesOf({ first, count }: FrameWindow): { start: number; end: number } {
  const start = first * HOP_SAMPLES;
  return { start, end: start + samplesFor(count) };
}

/** The seconds of the clip that a window's own frames are of. */
export function secondsOfWindow(
  plan: RecordingPlan,
  { keepFirst, keepCount }: FrameWindow,
): { start: number; end: number } {
  return secondsOfFrames(plan, { first: keepFirst, end: keepFirst + keepCount });
}

/** The seconds of the clip that frames `first` to before `end` are of. */
export function secondsOfFrames(
  { audio }: RecordingPlan,
  { first, end }: { readonly first: number; readonly end: number },
): { start: number; end: number } {
  const from = audio.startSeconds ?? 0;
  const seconds = (frame: number) =>
    Number((from + (frame * HOP_SAMPLES) / SAMPLE_RATE_HZ).toFixed(3));
  return { start: seconds(first), end: seconds(end) };
}
