/** Which tensors of a model are asked for. */
import { UndertoneError } from "../errors.ts";

/** `last`, `all`, or a list of indices into hidden_states (negatives from the end) and named outputs. */
export type LayerSelection = "last" | "all" | readonly (number | NamedOutput)[];

/** Outputs that are not hidden states: the normalised end of the encoder and the convolutions' features. */
export type NamedOutput = "last_hidden_state" | "extract_features";

/** What the engine has to keep while it runs. */
export interface Taps {
  /** Ascending indices into hidden_states: 0 is the input of layer 0, N the output of the last layer. */
  readonly hiddenStates: readonly number[];
  readonly lastHiddenState: boolean;
  readonly extractFeatures: boolean;
}

/**
 * Resolves a selection against a model of `layerCount` layers.
 * @throws UndertoneError `layer-out-of-range` if an index is outside −(N+1) … N.
 */
export function resolveTaps(selection: LayerSelection, layerCount: number): Taps {
  const entries =
    selection === "last" ? [layerCount] : selection === "all" ? range(layerCount + 1) : selection;
  const indices = entries
    .filter((entry) => typeof entry === "number")
    .map((index) => resolveIndex(index, layerCount));
  return {
    hiddenStates: [...new Set(indices)].sort((a, b) => a - b),
    lastHiddenState: entries.includes("last_hidden_state"),
    extractFeatures: entries.includes("extract_features"),
  };
}

/** The number of tensors that taps give. */
export function countTaps({ hiddenStates, lastHiddenState, extractFeatures }: Taps): number {
  return hiddenStates.length + Number(lastHiddenState) + Number(extractFeatures);
}

function resolveIndex(index: number, layerCount: number): number {
  const resolved = index < 0 ? index + layerCount + 1 : index;
  if (!Number.isInteger(resolved) || resolved < 0 || resolved > layerCount) {
    throw new UndertoneError(
      "layer-out-of-range",
      `Layer ${index} does not exist: this model has hidden states 0 to ${layerCount} (or -${layerCount + 1} to -1).`,
      { layer: index, lowest: 0, highest: layerCount },
    );
  }
  return resolved;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
