/** Computes one clip, window by window and segment by segment. */
import type { HeadPart } from "../heads/parts.ts";
import { finishHead, type HeadOutput, runHeadPart, type UseSegment } from "../heads/run-head.ts";
import type { FrontendInput } from "./frontend.ts";
import {
  computeFrontend,
  computeLastHiddenState,
  computeLayers,
  type SegmentContext,
  startTransformer,
  withWeights,
} from "./segments.ts";
import { depthOf, isNormed } from "./taps/taps.ts";
import { freeUnheld } from "./windows/collector.ts";
import {
  type Computed,
  type ComputedWindow,
  type ComputeWindow,
  computeOneWindow,
  computeWindows,
  type Wanted,
} from "./windows/compute.ts";
import { keepWindow } from "./windows/head-states.ts";
import type { FrameWindow } from "./windows/plan.ts";

/** The context of a run, without its clip. */
export interface RunContext extends SegmentContext, Wanted {}

/** Computes what the taps ask for of every window, stopping after the last segment they need. */
export function computeClip(
  context: RunContext,
  samples: Float32Array,
  windows: readonly FrameWindow[],
): Promise<Computed> {
  const joined = (heads: readonly HeadPart[]) => joinHeads(context, heads);
  return computeWindows(context, samples, windows, computer(context), joined);
}

/** Computes one window of a clip by itself; its numbers are those that `computeClip` gives for these frames, bit for bit. */
export function computePart(
  context: RunContext,
  input: FrontendInput,
  window: FrameWindow,
): Promise<ComputedWindow> {
  return computeOneWindow(context, input, window, computer(context));
}

/** Joins what the head made of all windows, in their order. */
export async function joinHeads(
  context: Omit<RunContext, "report">,
  parts: readonly HeadPart[],
): Promise<HeadOutput | null> {
  const { head } = context.taps;
  return head === null ? null : finishHead(context, useSegment(context), head, parts);
}

function computer(context: RunContext): ComputeWindow {
  return async (input, window, collector, onLayer) => {
    const { taps } = context;
    const depth = depthOf(context);
    const { projected, extractFeatures } = await computeFrontend(context, input, window, {
      extractFeatures: taps.extractFeatures,
      ...(depth >= 0 && { next: "positional" }),
    });
    if (extractFeatures !== null) {
      collector.extractFeatures(window, extractFeatures);
      freeUnheld(collector, extractFeatures);
    }
    if (depth < 0) return null;
    const kept = keepWindow(taps, window, collector);
    const layers = { first: 0, end: depth };
    const start = await startTransformer(context, projected, layers);
    kept.hiddenState(0, start.hidden);
    const hidden = await computeLayers(context, start, layers, {
      isKept: collector.holds,
      onState(index, state) {
        kept.hiddenState(index, state);
        onLayer(index);
      },
    });
    const last = isNormed(taps) ? await computeLastHiddenState(context, hidden) : hidden;
    if (isNormed(taps)) kept.lastHiddenState(last);
    const states = kept.headStates();
    const part =
      taps.head === null || states === null
        ? null
        : await runHeadPart(context, useSegment(context), taps.head, states);
    freeUnheld(collector, hidden, last);
    return part;
  };
}

/** Runs segments of a head, with their weights. */
export function useSegment(context: SegmentContext): UseSegment {
  return (segment, next, work) => withWeights(context, { segment, next }, "layersMs", work);
}
