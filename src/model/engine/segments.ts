/** Runs the segments of a model over one window of frames, each with its weights. */
import { emptyMatrix, type Matrix } from "../matrix.ts";
import { type FrontendInput, type FrontendResult, runFrontend } from "./frontend.ts";
import type { WeightResidency } from "./memory/residency.ts";
import type { SegmentWeights } from "./memory/weights.ts";
import type { EngineTimings, Stopwatch } from "./stopwatch.ts";
import {
  freeShared,
  type LayerShared,
  prepareLayers,
  runFinalNorm,
  runLayer,
  runPositional,
  type StepContext,
} from "./transformer.ts";

/** The context of segments: steps, weights and a stopwatch. */
export interface SegmentContext extends StepContext {
  readonly residency: WeightResidency;
  readonly stopwatch: Stopwatch;
}

/** A hidden state of a window, and what its layers share. */
export interface TransformerState {
  /** [frames, hiddenSize] */
  readonly hidden: Matrix;
  readonly shared: LayerShared;
}

/** A segment to run, and the one after it, which is read ahead. */
interface Step {
  readonly segment: string;
  readonly next?: string | undefined;
}

/** The layers `first` … `end − 1`. */
export interface LayerRange {
  readonly first: number;
  readonly end: number;
}

/** Samples of a clip → projected features of the frames `first` … `first + count − 1`. */
export function computeFrontend(
  context: SegmentContext,
  input: FrontendInput,
  frames: { readonly first: number; readonly count: number },
  { extractFeatures, next }: { readonly extractFeatures: boolean; readonly next?: string },
): Promise<FrontendResult> {
  return withWeights(context, { segment: "frontend", next }, "frontendMs", (weights) =>
    runFrontend(context, weights, input, frames, { extractFeatures }),
  );
}

/** Projected features → hidden state 0, and what the layers share; layer 0 is read ahead if `layers` has it. */
export function startTransformer(
  context: SegmentContext,
  projected: Matrix,
  layers: LayerRange,
): Promise<TransformerState> {
  const step = { segment: "positional", next: layerSegment(0, layers) };
  return withWeights(context, step, "layersMs", async (weights) => ({
    hidden: await runPositional(context, weights, projected),
    shared: await prepareLayers(context, weights, projected.rows),
  }));
}

/** What becomes of the hidden states that layers compute. */
export interface StateUse {
  /** True if somebody has this hidden state still when the layer behind it runs, which then leaves it alone. */
  isKept(hidden: Matrix): boolean;
  /** Gets hidden states `first + 1` … `end` as they are computed. */
  onState(index: number, hidden: Matrix): Promise<void> | void;
}

/**
 * Runs layers, each in the memory of its input where that is not kept; what they shared is freed then. Gives the last hidden
 * state.
 */
export async function computeLayers(
  context: SegmentContext,
  { hidden, shared }: TransformerState,
  layers: LayerRange,
  { isKept, onState }: StateUse,
): Promise<Matrix> {
  let state = hidden;
  for (let index = layers.first; index < layers.end; index++) {
    const step = { segment: `layer.${index}`, next: layerSegment(index + 1, layers) };
    const input = state;
    const result = isKept(input) ? emptyMatrix(input.rows, input.columns) : input;
    state = await withWeights(context, step, "layersMs", (weights) =>
      runLayer(context, weights, index, input, shared, result),
    );
    await onState(index + 1, state);
  }
  freeShared(shared);
  return state;
}

/** The last layer's output → last_hidden_state: stable models end with a layer norm, post-norm models have ended already. */
export async function computeLastHiddenState(
  context: SegmentContext,
  hidden: Matrix,
): Promise<Matrix> {
  if (context.config.layerNormPlacement === "post") return hidden;
  return withWeights(context, { segment: "final_norm" }, "layersMs", (weights) =>
    runFinalNorm(context, weights, hidden),
  );
}

/** Runs a stage with a segment's weights; waiting for them counts as loading the model. */
export async function withWeights<Result>(
  { residency, stopwatch, breathe }: SegmentContext,
  { segment, next }: Step,
  stage: keyof EngineTimings,
  work: (weights: SegmentWeights) => Promise<Result>,
): Promise<Result> {
  await breathe();
  const waiting = performance.now();
  return residency.use(
    segment,
    (weights) => {
      stopwatch.add("modelLoadMs", performance.now() - waiting);
      return stopwatch.time(stage, () => work(weights));
    },
    next,
  );
}

function layerSegment(index: number, { end }: LayerRange): string | undefined {
  return index < end ? `layer.${index}` : undefined;
}
