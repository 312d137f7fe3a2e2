/** Requested outputs → taps. */
import { UndertoneError } from "../../../errors.ts";
import type { LayerSum } from "../../heads/head.ts";
import type { PackManifest } from "../../pack/manifest.ts";
import { requireOffered } from "../exported/outputs.ts";
import type { LayerSelection } from "./selection.ts";
import type { Taps } from "./taps.ts";

/** The requested outputs, and the weights of `weighted`; the model's own if left out. */
export interface FeatureSelection {
  readonly layers: LayerSelection;
  readonly layerWeights?: readonly number[] | undefined;
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
