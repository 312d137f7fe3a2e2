/** Which tensors of a model are asked for. */
import { UndertoneError } from "../errors.ts";
import { requireOffered } from "./exported/outputs.ts";
import type { Head, LayerSum } from "./heads/head.ts";
import type { LayerSelection } from "./layer-selection.ts";
import type { PackManifest } from "./pack.ts";

/** What is asked for, and the weights of `weighted`; the model's own if left out. */
export interface FeatureSelection {
  readonly layers: LayerSelection;
  readonly layerWeights?: readonly number[] | undefined;
}

/** What the engine has to keep while it runs. */
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
    layerSum: null,
    head: null,
  };
}

/**
 * Resolves what is asked of a model, `weighted` included.
 * @throws UndertoneError `layer-out-of-range`; `invalid-option` for layer weights that are missing, too many or too few;
 *   `output-unavailable` for what a ready export does not give.
 */
export function featureTaps(
  manifest: Pick<PackManifest, "architecture" | "heads" | "programs">,
  { layers, layerWeights }: FeatureSelection,
): Taps {
  const taps = resolveTaps(layers, manifest.architecture.layerCount);
  const isWeighted = Array.isArray(layers) && layers.includes("weighted");
  const isSummed = isWeighted || layerWeights !== undefined;
  const asked = isSummed
    ? { ...taps, layerSum: askedSum(manifest, isWeighted, layerWeights) }
    : taps;
  requireOffered(manifest, asked);
  return asked;
}

function askedSum(
  { architecture, heads }: Pick<PackManifest, "architecture" | "heads">,
  isWeighted: boolean,
  layerWeights: readonly number[] | undefined,
): LayerSum {
  const { layerCount } = architecture;
  const own = heads[0]?.layerSum;
  const weights = layerWeights ?? own?.weights;
  if (!isWeighted) throw badWeights("are for layers=weighted", layerCount);
  if (weights === undefined) throw badWeights("are missing, and the model has none", layerCount);
  if (weights.length !== layerCount + 1) throw badWeights(`are ${weights.length}`, layerCount);
  return { weights, lastState: own?.lastState ?? "raw" };
}

/** What a run has to keep for a task head, and nothing else. */
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

function badWeights(problem: string, layerCount: number): UndertoneError {
  return new UndertoneError(
    "invalid-option",
    `The layer weights ${problem}: with layers=weighted, layer_weights are ${layerCount + 1} numbers, one for each of hidden states 0 to ${layerCount}.`,
    { option: "layer_weights", states: layerCount + 1 },
  );
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
