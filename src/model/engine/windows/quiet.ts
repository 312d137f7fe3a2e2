/** Windows of a clip in which there is nothing to hear: they are left out, and so are their frames. */
import type { FrameWindow } from "./plan.ts";

/** Frames of a clip that follow each other. */
export interface FrameSpan {
  readonly firstFrame: number;
  readonly frames: number;
}

/**
 * True if some frame of a window is not quiet, its context included.
 * @param quiet by frame of the clip, 1 if its samples are silent
 */
export function isHeard(
  { first, count }: Pick<FrameWindow, "first" | "count">,
  quiet: Uint8Array,
): boolean {
  // The last frame of a window sees some samples of the one after it.
  return quiet.subarray(first, first + count + 1).includes(0);
}

/** The windows in which there is something to hear; all of them where that was not asked. */
export function heardWindows(
  windows: readonly FrameWindow[],
  quiet: Uint8Array | undefined,
): readonly FrameWindow[] {
  return quiet === undefined ? windows : windows.filter((window) => isHeard(window, quiet));
}

/** The frames from `first` to before `end` that none of these windows keeps. */
export function framesBetween(
  windows: readonly FrameWindow[],
  { first, end }: { readonly first: number; readonly end: number },
): FrameSpan[] {
  const spans: FrameSpan[] = [];
  let next = first;
  const leaveOut = (before: number) => {
    if (before > next) spans.push({ firstFrame: next - first, frames: before - next });
  };
  for (const { keepFirst, keepCount } of windows) {
    leaveOut(keepFirst);
    next = keepFirst + keepCount;
  }
  leaveOut(end);
  return spans;
}

/** The frames that each of these windows of a clip gives, and those that are left out. */
export function extentOf(windows: readonly FrameWindow[], frames: number) {
  return {
    windowFrames: windows.map(({ keepCount }) => keepCount),
    silent: framesBetween(windows, { first: 0, end: frames }),
  };
}

/**
 * The frame of the clip that a row is of, where the rows of `silent` spans are left out.
 * @param silent in their order
 */
export function frameOfRow(silent: readonly FrameSpan[], row: number): number {
  let frame = row;
  for (const { firstFrame, frames } of silent) {
    if (firstFrame > frame) break;
    frame += frames;
  }
  return frame;
}
