/** Requests of a page to its engine. */
import type { ClipSelection } from "../audio/clip.ts";
import { UndertoneError } from "../errors.ts";
import { DEFAULT_POOL, POOLS, type Pool } from "../model/engine/taps/pooling.ts";
import {
  DEFAULT_LAYERS,
  type LayerSelection,
  NAMED_OUTPUTS,
} from "../model/engine/taps/selection.ts";
import type { ClipInput } from "./clip-input.ts";
import { type SelectionRequest, selectionOf } from "./selection.ts";

/** The progress of a computation; the two kinds alternate, since the first layers compute while others are fetched. */
export type Progress =
  /** The bytes of the pack that have arrived, of those that the request needs. */
  | { readonly stage: "loading"; readonly loadedBytes: number; readonly totalBytes: number }
  /** Layers of all windows of the clip. */
  | { readonly stage: "computing"; readonly layersDone: number; readonly layersTotal: number };

/** One clip to compute; options that are left out have the defaults of `POST /v1/features`. */
export interface ClipRequest extends SelectionRequest {
  readonly clip: ClipInput;
  /** Which outputs of the model; `last` by default. */
  readonly layers?: LayerSelection;
  /** Of the output `weighted`: a number for each hidden state; the pack's own by default. */
  readonly layerWeights?: readonly number[];
  /** The pooling of frames into one vector; `none` by default. */
  readonly pool?: Pool;
  /** The pack; the engine's if left out. */
  readonly model?: string;
  /** Called while the clip is computed. */
  readonly onProgress?: (progress: Progress) => void;
}

/** The options of a computation, with defaults filled in. */
export interface ClipOptions extends ClipSelection {
  readonly layers: LayerSelection;
  readonly layerWeights: readonly number[] | undefined;
  readonly pool: Pool;
  readonly model: string | undefined;
}

/**
 * The options of a request, with their defaults.
 * @throws UndertoneError `invalid-option`.
 */
export function optionsOf(request: ClipRequest): ClipOptions {
  const { layers = DEFAULT_LAYERS, layerWeights, pool = DEFAULT_POOL, model } = request;
  if (!isSelection(layers)) {
    const names = NAMED_OUTPUTS.map((name) => `"${name}"`).join(", ");
    throw new UndertoneError(
      "invalid-option",
      `layers has to be "last", "all" or a list of whole numbers and of ${names}.`,
    );
  }
  if (!POOLS.includes(pool)) {
    throw new UndertoneError("invalid-option", `pool has to be one of ${POOLS.join(", ")}.`);
  }
  return { layers, layerWeights, pool, model, ...selectionOf(request) };
}

/** Types are not checked where a page is written in JavaScript. */
function isSelection(layers: unknown): layers is LayerSelection {
  if (layers === "last" || layers === "all") return true;
  const outputs: readonly unknown[] = NAMED_OUTPUTS;
  return (
    Array.isArray(layers) &&
    layers.every((entry) => Number.isInteger(entry) || outputs.includes(entry))
  );
}
