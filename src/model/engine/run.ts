/** Computes one clip, window by window and segment by segment. Slightly long: the order of segments stands in one place. */

import { frameCount } from "../framing.ts";
import { type HeadOutput, runHead } from "../heads/run-head.ts";
import type { Matrix } from "../matrix.ts";
import { type FrontendInput, prepareFrontend, runFrontend } from "./frontend.ts";
import type { WeightResidency } from "./memory/residency.ts";
import type { SegmentWeights } from "./memory/weights.ts";
import type { EngineTimings, Stopwatch } from "./stopwatch.ts";
import type { Taps } from "./taps/taps.ts";
import {
  prepareLayers,
  runFinalNorm,
  runLayer,
  runPositional,
  type StepContext,
} from "./transformer.ts";
import { type Collected, type Collector, createCollector } from "./windows/collector.ts";
import type { FrameWindow } from "./windows/plan.ts";

/** The context of a run, without its clip. */
export interface RunContext extends StepContext {
  readonly residency: WeightResidency;
  readonly stopwatch: Stopwatch;
  readonly taps: Taps;
  readonly report: LayerReport;
}

/** Told after each layer of each window how many are done, and of how many. */
export type LayerReport = (layersDone: number, layersTotal: number) => void;
/** The collected tensors of a clip and the output of its head, if one was requested. */
export interface Computed extends Collected {
  readonly head: HeadOutput | null;
}

/** Computes what the taps ask for of every window, stopping after the last segment they need. */
export async function computeClip(
  context: RunContext,
  samples: Float32Array,
  windows: readonly FrameWindow[],
): Promise<Computed> {
  const collector = createCollector(context.taps, frameCount(samples.length));
  const input = prepareFrontend(context.config, samples);
  const layersTotal = windows.length * Math.max(0, depthOf(context));
  let layersDone = 0;
  const onLayer = () => context.report(++layersDone, layersTotal);
  for (const window of windows) {
    const projected = await computeFrontend(context, input, window, collector);
    if (depthOf(context) < 0) continue;
    await computeTransformer(context, projected, window, collector, onLayer);
  }
  const { collected } = collector;
  return { ...collected, head: await computeHead(context, collected) };
}

async function computeHead(
  context: RunContext,
  { layerSum, lastHiddenState }: Collected,
): Promise<HeadOutput | null> {
  const { head } = context.taps;
  const states = layerSum ?? lastHiddenState;
  if (head === null || states === null) return null;
  return runHead(
    context,
    (segment, next, work) => withWeights(context, { segment, next }, "layersMs", work),
    head,
    states,
  );
}

async function computeFrontend(
  context: RunContext,
  input: FrontendInput,
  window: FrameWindow,
  collector: Collector,
): Promise<Matrix> {
  const { extractFeatures } = context.taps;
  const next = depthOf(context) >= 0 ? "positional" : undefined;
  const result = await withWeights(
    context,
    { segment: "frontend", next },
    "frontendMs",
    (weights) => runFrontend(context, weights, input, window, { extractFeatures }),
  );
  if (result.extractFeatures !== null) collector.extractFeatures(window, result.extractFeatures);
  return result.projected;
}

async function computeTransformer(
  context: RunContext,
  projected: Matrix,
  window: FrameWindow,
  collector: Collector,
  onLayer: () => void,
): Promise<void> {
  const { taps, config } = context;
  const depth = depthOf(context);
  const layer = (index: number) => (index < depth ? `layer.${index}` : undefined);
  const positional = { segment: "positional", next: layer(0) };
  const start = await withWeights(context, positional, "layersMs", async (weights) => ({
    hidden: await runPositional(context, weights, projected),
    shared: await prepareLayers(context, weights, projected.rows),
  }));
  let hidden = start.hidden;
  collector.hiddenState(0, window, hidden);
  for (let index = 0; index < depth; index++) {
    const step = { segment: `layer.${index}`, next: layer(index + 1) };
    hidden = await withWeights(context, step, "layersMs", (weights) =>
      runLayer(context, weights, index, hidden, start.shared),
    );
    collector.hiddenState(index + 1, window, hidden);
    onLayer();
  }
  if (!isNormed(taps)) return;
  // Stable models end with a layer norm; for post-norm models the last hidden state is the end already.
  if (config.layerNormPlacement === "stable") {
    hidden = await withWeights(context, { segment: "final_norm" }, "layersMs", (weights) =>
      runFinalNorm(context, weights, hidden),
    );
  }
  collector.lastHiddenState(window, hidden);
}

/** The number of layers to run; −1 where not even the positional embedding is needed. */
export function depthOf({ taps, config }: Pick<RunContext, "taps" | "config">): number {
  return taps.lastHiddenState || taps.layerSum !== null
    ? config.layerCount
    : Math.max(-1, ...taps.hiddenStates);
}

/** True if the output of the encoder's last layer norm is needed, which stable models have. */
export function isNormed({ lastHiddenState, layerSum }: Taps): boolean {
  return lastHiddenState || layerSum?.lastState === "normed";
}

/** A segment to run, and the one after it, which is read ahead. */
interface Step {
  readonly segment: string;
  readonly next?: string | undefined;
}

/** Runs a stage with a segment's weights; waiting for them counts as loading the model. */
async function withWeights<Result>(
  { residency, stopwatch, breathe }: RunContext,
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
