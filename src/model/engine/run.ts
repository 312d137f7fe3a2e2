/** Computes one clip, window by window and segment by segment. */

import { frameCount } from "../framing.ts";
import type { HeadPart } from "../heads/parts.ts";
import { finishHead, type HeadOutput, runHeadPart, type UseSegment } from "../heads/run-head.ts";
import { type FrontendInput, prepareFrontend } from "./frontend.ts";
import {
  computeFrontend,
  computeLastHiddenState,
  computeLayers,
  type SegmentContext,
  startTransformer,
  withWeights,
} from "./segments.ts";
import type { Taps } from "./taps/taps.ts";
import { type Collected, type Collector, createCollector } from "./windows/collector.ts";
import { featuresOf, keepWindow } from "./windows/head-states.ts";
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

/** The same of one window of a clip: its own frames, and what the head makes of them. */
export interface ComputedWindow extends Collected {
  readonly head: HeadPart | null;
}

/** Computes what the taps ask for of every window, stopping after the last segment they need. */
export async function computeClip(
  context: RunContext,
  samples: Float32Array,
  windows: readonly FrameWindow[],
): Promise<Computed> {
  const collector = createCollector(featuresOf(context.taps), frameCount(samples.length));
  const input = prepareFrontend(context.config, samples);
  const layersTotal = windows.length * Math.max(0, depthOf(context));
  let layersDone = 0;
  const onLayer = () => context.report(++layersDone, layersTotal);
  const heads: HeadPart[] = [];
  for (const window of windows) {
    const head = await computeWindow(context, input, window, collector, onLayer);
    if (head !== null) heads.push(head);
  }
  return { ...collector.collected, head: await joinHeads(context, heads) };
}

/** Computes one window of a clip by itself; its numbers are those that `computeClip` gives for these frames, bit for bit. */
export async function computePart(
  context: RunContext,
  input: FrontendInput,
  window: FrameWindow,
): Promise<ComputedWindow> {
  const collector = createCollector(featuresOf(context.taps), window.keepCount);
  const layersTotal = Math.max(0, depthOf(context));
  let layersDone = 0;
  const onLayer = () => context.report(++layersDone, layersTotal);
  const { own, placed } = fromFirstKept(input, window);
  const head = await computeWindow(context, placed, own, collector, onLayer);
  return { ...collector.collected, head };
}

/** A window whose frames are counted from the first one that it keeps, as the collector of that window alone counts them. */
export function fromFirstKept(
  input: FrontendInput,
  window: FrameWindow,
): { readonly own: FrameWindow; readonly placed: FrontendInput } {
  return {
    own: { ...window, first: window.first - window.keepFirst, keepFirst: 0 },
    placed: { ...input, firstFrame: input.firstFrame - window.keepFirst },
  };
}

/** Joins what the head made of all windows, in their order. */
export async function joinHeads(
  context: Omit<RunContext, "report">,
  parts: readonly HeadPart[],
): Promise<HeadOutput | null> {
  const { head } = context.taps;
  return head === null ? null : finishHead(context, useSegment(context), head, parts);
}

async function computeWindow(
  context: RunContext,
  input: FrontendInput,
  window: FrameWindow,
  collector: Collector,
  onLayer: () => void,
): Promise<HeadPart | null> {
  const { taps } = context;
  const depth = depthOf(context);
  const { projected, extractFeatures } = await computeFrontend(context, input, window, {
    extractFeatures: taps.extractFeatures,
    ...(depth >= 0 && { next: "positional" }),
  });
  if (extractFeatures !== null) collector.extractFeatures(window, extractFeatures);
  if (depth < 0) return null;
  const kept = keepWindow(taps, window, collector);
  const layers = { first: 0, end: depth };
  const start = await startTransformer(context, projected, layers);
  kept.hiddenState(0, start.hidden);
  const hidden = await computeLayers(context, start, layers, (index, state) => {
    kept.hiddenState(index, state);
    onLayer();
  });
  if (isNormed(taps)) kept.lastHiddenState(await computeLastHiddenState(context, hidden));
  const states = kept.headStates();
  if (taps.head === null || states === null) return null;
  return runHeadPart(context, useSegment(context), taps.head, states);
}

/** Runs segments of a head, with their weights. */
export function useSegment(context: SegmentContext): UseSegment {
  return (segment, next, work) => withWeights(context, { segment, next }, "layersMs", work);
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
