/** Taps: the tensors of a model that are kept while it runs. */
import type { WavLMConfig } from "../../config.ts";
import type { Head, LayerSum } from "../../heads/head.ts";

/** The tensors that a run keeps. */
export interface Taps {
  /** Ascending indices into hidden_states: 0 is the input of layer 0, N the output of the last layer. */
  readonly hiddenStates: readonly number[];
  readonly lastHiddenState: boolean;
  readonly extractFeatures: boolean;
  /** A sum of all hidden states to keep, added up while they pass. */
  readonly layerSum: LayerSum | null;
  /** The task head to run at the end, over the layer sum that it wants or over the last hidden state. */
  readonly head: Head | null;
}

/** The taps that a task head needs, and no others. */
export function headTaps(head: Head): Taps {
  const { layerSum } = head;
  return {
    hiddenStates: [],
    lastHiddenState: layerSum === null,
    extractFeatures: false,
    layerSum,
    head,
  };
}

/** The number of matrices of frames that taps keep. */
export function countTaps(taps: Taps): number {
  const { hiddenStates, lastHiddenState, extractFeatures, layerSum } = taps;
  return [lastHiddenState, extractFeatures, layerSum !== null].reduce(
    (count, kept) => count + Number(kept),
    hiddenStates.length,
  );
}

/** The number of layers to run; −1 where not even the positional embedding is needed. */
export function depthOf({
  taps,
  config,
}: {
  readonly taps: Taps;
  readonly config: Pick<WavLMConfig, "layerCount">;
}): number {
  return taps.lastHiddenState || taps.layerSum !== null
    ? config.layerCount
    : Math.max(-1, ...taps.hiddenStates);
}

/** True if the output of the encoder's last layer norm is needed, which stable models have. */
export function isNormed({ lastHiddenState, layerSum }: Taps): boolean {
  return lastHiddenState || layerSum?.lastState === "normed";
}
