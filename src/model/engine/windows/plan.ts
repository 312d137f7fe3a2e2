/** Cutting long clips into overlapping windows of frames. */

const FRAMES_PER_SECOND = 50;

/** One window: what is computed, and the part of it that is kept. Frame numbers are the clip's. */
export interface FrameWindow {
  readonly first: number;
  readonly count: number;
  readonly keepFirst: number;
  readonly keepCount: number;
}

/** Length of a window, and the frames on each side that serve as context only. */
export interface WindowShape {
  readonly windowFrames: number;
  readonly contextFrames: number;
}

/** The length of windows unless somebody says otherwise: results of services and of the command line have the same bits. */
export const DEFAULT_WINDOW_SECONDS = 30;

/** Frames on each side of a window that only give context: two seconds. */
const CONTEXT_FRAMES = 100;

/** Windows of so many seconds; too short ones would be context alone. */
export function windowShape(windowSeconds: number): WindowShape {
  const windowFrames = Math.max(4 * CONTEXT_FRAMES, Math.round(windowSeconds * FRAMES_PER_SECOND));
  return { windowFrames, contextFrames: CONTEXT_FRAMES };
}

/** The frames of the largest window that a clip of `frames` is computed in. */
export function largestWindow(frames: number, { windowFrames }: WindowShape): number {
  return Math.min(frames, windowFrames);
}

/** Covers `frames` with windows of equal size whose kept parts adjoin; a clip that fits into one window is one. */
export function planWindows(
  frames: number,
  { windowFrames, contextFrames }: WindowShape,
): FrameWindow[] {
  if (frames <= windowFrames) return [{ first: 0, count: frames, keepFirst: 0, keepCount: frames }];
  const stride = windowFrames - 2 * contextFrames;
  const windows: FrameWindow[] = [];
  let keepFirst = 0;
  while (keepFirst < frames) {
    // The first window keeps its beginning and the last its end: there is no neighbour to give them context.
    const first = Math.min(Math.max(0, keepFirst - contextFrames), frames - windowFrames);
    const end = first + windowFrames === frames ? frames : first + contextFrames + stride;
    windows.push({ first, count: windowFrames, keepFirst, keepCount: end - keepFirst });
    keepFirst = end;
  }
  return windows;
}
