/** Computes one clip, window by window and segment by segment. */

import { frameCount } from "../framing.ts";
import { type HeadOutput, runHead } from "../heads/run-head.ts";
import { prepareFrontend } from "./frontend.ts";
import {
  computeFrontend,
  computeLastHiddenState,
  computeLayers,
  type SegmentContext,
  startTransformer,
  withWeights,
} from "./segments.ts";
import type { Taps } from "./taps/taps.ts";
import { type Collected, createCollector } from "./windows/collector.ts";
import type { FrameWindow } from "./windows/plan.ts";

/** The context of a run, without its clip. */
export interface RunContext extends SegmentContext {
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
  const { taps } = context;
  const collector = createCollector(taps, frameCount(samples.length));
  const input = prepareFrontend(context.config, samples);
  const depth = depthOf(context);
  const layersTotal = windows.length * Math.max(0, depth);
  let layersDone = 0;
  const onLayer = () => context.report(++layersDone, layersTotal);
  for (const window of windows) {
    const { projected, extractFeatures } = await computeFrontend(context, input, window, {
      extractFeatures: taps.extractFeatures,
      ...(depth >= 0 && { next: "positional" }),
    });
    if (extractFeatures !== null) collector.extractFeatures(window, extractFeatures);
    if (depth < 0) continue;
    const layers = { first: 0, end: depth };
    const start = await startTransformer(context, projected, layers);
    collector.hiddenState(0, window, start.hidden);
    const hidden = await computeLayers(context, start, layers, (index, state) => {
      collector.hiddenState(index, window, state);
      onLayer();
    });
    if (!isNormed(taps)) continue;
    collector.lastHiddenState(window, await computeLastHiddenState(context, hidden));
  }
  const { collected } = collector;
  return { ...collected, head: await computeHead(context, collected) };
}

async function computeHead(context: RunContext, collected: Collected): Promise<HeadOutput | null> {
  const { head } = context.taps;
  const states = statesOfHead(collected);
  if (head === null || states === null) return null;
  return runHead(
    context,
    (segment, next, work) => withWeights(context, { segment, next }, "layersMs", work),
    head,
    states,
  );
}

/** What a head is computed of: the sum of layers if it wants one, else the last hidden state. */
export function statesOfHead({ layerSum, lastHiddenState }: Collected): Collected["layerSum"] {
  return layerSum ?? lastHiddenState;
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
