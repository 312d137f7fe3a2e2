/** Gathers what a run's taps ask for, window by window. */
import type { LayerSum } from "../../heads/head.ts";
import { softmax } from "../../heads/scores.ts";
import { emptyMatrix, freeMatrix, type Matrix } from "../../matrix.ts";
import type { Taps } from "../taps/taps.ts";
import type { FrameWindow } from "./plan.ts";

/** The tensors of a run; only those that its taps requested are present. */
export interface Collected {
  /** By index into hidden_states; each [frames, hiddenSize]. */
  readonly hiddenStates: ReadonlyMap<number, Matrix>;
  readonly lastHiddenState: Matrix | null;
  /** [frames, convDim]: the layer-normed convolution features before their projection. */
  readonly extractFeatures: Matrix | null;
  /** [frames, hiddenSize]: all hidden states by their shares. */
  readonly layerSum: Matrix | null;
}

/** Takes matrices of a window's frames and keeps the rows that are the window's own. */
export interface Collector {
  hiddenState(index: number, window: FrameWindow, matrix: Matrix): void;
  lastHiddenState(window: FrameWindow, matrix: Matrix): void;
  extractFeatures(window: FrameWindow, matrix: Matrix): void;
  readonly collected: Collected;
  /** True if this matrix itself is among what is collected, not a copy of its rows. */
  holds(matrix: Matrix): boolean;
}

/** Creates a collector for a clip of `frames` frames; a single window's matrices are kept as they are. */
export function createCollector(taps: Taps, frames: number): Collector {
  const hiddenStates = new Map<number, Matrix>();
  let lastHiddenState: Matrix | null = null;
  let extractFeatures: Matrix | null = null;
  const sum = taps.layerSum === null ? null : createSum(taps.layerSum, frames);

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
      sum?.hiddenState(index, window, matrix);
      if (!taps.hiddenStates.includes(index)) return;
      hiddenStates.set(index, place(hiddenStates.get(index), window, matrix));
    },
    lastHiddenState(window, matrix) {
      sum?.lastHiddenState(window, matrix);
      if (taps.lastHiddenState) lastHiddenState = place(lastHiddenState, window, matrix);
    },
    extractFeatures(window, matrix) {
      extractFeatures = place(extractFeatures, window, matrix);
    },
    get collected() {
      return { hiddenStates, lastHiddenState, extractFeatures, layerSum: sum?.matrix() ?? null };
    },
    holds(matrix) {
      return [...hiddenStates.values(), lastHiddenState, extractFeatures].includes(matrix);
    },
  };
}

/** Frees matrices of a window that its clip has copied rows of at most. */
export function freeUnheld(
  { holds }: Pick<Collector, "holds">,
  ...matrices: readonly (Matrix | undefined)[]
): void {
  for (const matrix of matrices) if (matrix !== undefined && !holds(matrix)) freeMatrix(matrix);
}

/** Adds hidden states up as they pass, so that no more than one matrix is kept of them. */
function createSum({ weights, lastState }: LayerSum, frames: number) {
  const shares = softmax(weights);
  const last = weights.length - 1;
  let sum: Matrix | null = null;

  const add = (index: number, window: FrameWindow, { columns, data }: Matrix): void => {
    sum ??= emptyMatrix(frames, columns);
    const share = shares[index];
    const target = sum.data;
    const from = (window.keepFirst - window.first) * columns;
    const to = window.keepFirst * columns;
    for (let at = 0; at < window.keepCount * columns; at++) {
      target[to + at] += share * data[from + at];
    }
  };

  return {
    matrix: () => sum,
    hiddenState(index: number, window: FrameWindow, matrix: Matrix): void {
      if (index < last || lastState === "raw") add(index, window, matrix);
    },
    lastHiddenState(window: FrameWindow, matrix: Matrix): void {
      if (lastState === "normed") add(last, window, matrix);
    },
  };
}
