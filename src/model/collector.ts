/** Gathers what a run's taps ask for, window by window. */
import type { Taps } from "./layers.ts";
import { emptyMatrix, type Matrix } from "./matrix.ts";
import type { FrameWindow } from "./window-plan.ts";

/** What a run computed; only what its taps asked for is there. */
export interface Collected {
  /** By index into hidden_states; each [frames, hiddenSize]. */
  readonly hiddenStates: ReadonlyMap<number, Matrix>;
  readonly lastHiddenState: Matrix | null;
  /** [frames, convDim]: the layer-normed convolution features before their projection. */
  readonly extractFeatures: Matrix | null;
}

/** Takes matrices of a window's frames and keeps the rows that are the window's own. */
export interface Collector {
  hiddenState(index: number, window: FrameWindow, matrix: Matrix): void;
  lastHiddenState(window: FrameWindow, matrix: Matrix): void;
  extractFeatures(window: FrameWindow, matrix: Matrix): void;
  readonly collected: Collected;
}

/** Creates a collector for a clip of `frames` frames; a single window's matrices are kept as they are. */
export function createCollector(taps: Taps, frames: number): Collector {
  const hiddenStates = new Map<number, Matrix>();
  let lastHiddenState: Matrix | null = null;
  let extractFeatures: Matrix | null = null;

  const place = (
    target: Matrix | null | undefined,
    window: FrameWindow,
    matrix: Matrix,
  ): Matrix => {
    if (window.keepCount === frames && matrix.rows === frames) return matrix;
    const result = target ?? emptyMatrix(frames, matrix.columns);
    const from = window.keepFirst - window.first;
    const rows = matrix.data.subarray(
      from * matrix.columns,
      (from + window.keepCount) * matrix.columns,
    );
    result.data.set(rows, window.keepFirst * matrix.columns);
    return result;
  };

  return {
    hiddenState(index, window, matrix) {
      if (!taps.hiddenStates.includes(index)) return;
      hiddenStates.set(index, place(hiddenStates.get(index), window, matrix));
    },
    lastHiddenState(window, matrix) {
      lastHiddenState = place(lastHiddenState, window, matrix);
    },
    extractFeatures(window, matrix) {
      extractFeatures = place(extractFeatures, window, matrix);
    },
    get collected() {
      return { hiddenStates, lastHiddenState, extractFeatures };
    },
  };
}
