/** Computes the windows of a clip one after the other, wherever each of them is computed. */
import { freeMemory } from "../../../bytes.ts";
import type { WavLMConfig } from "../../config.ts";
import type { HeadPart } from "../../heads/parts.ts";
import type { HeadOutput } from "../../heads/run-head.ts";
import { type FrontendInput, prepareFrontend } from "../frontend.ts";
import { depthOf, type Taps } from "../taps/taps.ts";
import { type Collected, type Collector, createCollector } from "./collector.ts";
import { featuresOf } from "./head-states.ts";
import type { FrameWindow } from "./plan.ts";

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

/** What is wanted of a clip, of which model, and who is told how far it is. */
export interface Wanted {
  readonly config: WavLMConfig;
  readonly taps: Taps;
  readonly report: LayerReport;
}

/**
 * Computes one window into `collector`, up to the last state that is wanted of it; gives what the head makes of it.
 * `onLayer` is told of each hidden state behind a layer, by its index.
 */
export type ComputeWindow = (
  input: FrontendInput,
  window: FrameWindow,
  collector: Collector,
  onLayer: (index: number) => void,
) => Promise<HeadPart | null>;

/** Computes windows of a clip and joins what the head made of them: all, or those that are not left out; frames follow each other without a gap. */
export async function computeWindows(
  wanted: Wanted,
  samples: Float32Array,
  windows: readonly FrameWindow[],
  computeWindow: ComputeWindow,
  joinHeads: (heads: readonly HeadPart[]) => Promise<HeadOutput | null>,
): Promise<Computed> {
  const frames = windows.reduce((sum, { keepCount }) => sum + keepCount, 0);
  const collector = createCollector(featuresOf(wanted.taps), frames);
  const input = prepareFrontend(wanted.config, samples);
  const layersOf = layerCounter(wanted, windows.length);
  const heads: HeadPart[] = [];
  let row = 0;
  for (const [index, window] of windows.entries()) {
    const { own, placed } = fromRow(row, input, window);
    const head = await computeWindow(placed, own, collector, layersOf(index));
    if (head !== null) heads.push(head);
    row += window.keepCount;
  }
  // A copy of the samples, unless the frontend takes them as they are.
  if (input.samples !== samples) freeMemory(input.samples);
  return { ...collector.collected, head: await joinHeads(heads) };
}

/** Computes one window of a clip by itself; its numbers are those that `computeWindows` gives for these frames, bit for bit. */
export async function computeOneWindow(
  wanted: Wanted,
  input: FrontendInput,
  window: FrameWindow,
  computeWindow: ComputeWindow,
): Promise<ComputedWindow> {
  const collector = createCollector(featuresOf(wanted.taps), window.keepCount);
  const { own, placed } = fromRow(0, input, window);
  const head = await computeWindow(placed, own, collector, layerCounter(wanted, 1)(0));
  return { ...collector.collected, head };
}

/** A window whose frames are counted so that the first one that it keeps is `row`, as its collector counts them. */
function fromRow(
  row: number,
  input: FrontendInput,
  window: FrameWindow,
): { readonly own: FrameWindow; readonly placed: FrontendInput } {
  const leftOut = window.keepFirst - row;
  return {
    own: { ...window, first: window.first - leftOut, keepFirst: row },
    placed: { ...input, firstFrame: input.firstFrame - leftOut },
  };
}

/** Counts layers as they are reported; a stage that is asked again begins at its beginning. */
function layerCounter(wanted: Wanted, windows: number) {
  const depth = Math.max(0, depthOf(wanted));
  let layersDone = 0;
  return (window: number) => (layer: number) => {
    const done = window * depth + layer;
    if (done <= layersDone) return;
    layersDone = done;
    wanted.report(layersDone, windows * depth);
  };
}
