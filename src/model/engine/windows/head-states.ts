/** What passes while a window is computed: kept for whoever asked, and for the head of the model, which runs window by window. */
import type { WindowStates } from "../../heads/run-head.ts";
import type { Matrix } from "../../matrix.ts";
import type { Taps } from "../taps/taps.ts";
import { type Collector, createCollector } from "./collector.ts";
import type { FrameWindow } from "./plan.ts";

/** What is kept of a whole clip: the states that a head takes are needed for one window at a time. */
export function featuresOf(taps: Taps): Taps {
  return taps.head === null ? taps : { ...taps, layerSum: null, lastHiddenState: false };
}

/** Takes the hidden states of one window. */
export interface WindowKeeper {
  hiddenState(index: number, matrix: Matrix): void;
  lastHiddenState(matrix: Matrix): void;
  /** Once all have passed: those that the head takes, of all frames of the window; `null` if there is no head. */
  headStates(): WindowStates | null;
}

/** Keeps the states of a window in the collector of its clip, and those for the head beside it. */
export function keepWindow(
  { head, layerSum }: Taps,
  window: FrameWindow,
  collector: Collector,
): WindowKeeper {
  const { first, count, keepFirst, keepCount } = window;
  const whole = { first: 0, count, keepFirst: 0, keepCount: count };
  const lastHiddenState = layerSum === null;
  const ofHead = createCollector(
    { hiddenStates: [], lastHiddenState, extractFeatures: false, layerSum, head: null },
    count,
  );
  return {
    hiddenState(index, matrix) {
      collector.hiddenState(index, window, matrix);
      if (head !== null) ofHead.hiddenState(index, whole, matrix);
    },
    lastHiddenState(matrix) {
      collector.lastHiddenState(window, matrix);
      if (head !== null) ofHead.lastHiddenState(whole, matrix);
    },
    headStates() {
      const { layerSum: sum, lastHiddenState: last } = ofHead.collected;
      const states = sum ?? last;
      if (head === null || states === null) return null;
      return { states, firstFrame: first, keepFirst: keepFirst - first, keepCount };
    },
  };
}
