/** One clip on its way through the stages, window by window. */
import type { FrontendInput } from "../engine/frontend.ts";
import { isNormed } from "../engine/taps/taps.ts";
import { type Collector, freeUnheld } from "../engine/windows/collector.ts";
import {
  type Computed,
  type ComputedWindow,
  type ComputeWindow,
  computeOneWindow,
  computeWindows,
  type Wanted,
} from "../engine/windows/compute.ts";
import { keepWindow, type WindowKeeper } from "../engine/windows/head-states.ts";
import type { FrameWindow } from "../engine/windows/plan.ts";
import { HOP_SAMPLES, samplesFor } from "../framing.ts";
import { type HeadPart, joinLogits, joinSpeakers, joinSummaries } from "../heads/parts.ts";
import { type HeadOutput, rowsOfLogits, type WindowStates } from "../heads/run-head.ts";
import { summaryOfNumbers, summaryToNumbers } from "../heads/summary-numbers.ts";
import type { Matrix } from "../matrix.ts";
import type { StageCaller, Task } from "./caller.ts";
import type { StagePart } from "./parts.ts";
import { MATRICES, type WindowOrder } from "./protocol/messages.ts";
import { wantsOf } from "./wants.ts";

/** The context of a clip. */
export interface StagedClip extends Wanted {
  readonly parts: readonly StagePart[];
  readonly caller: StageCaller;
}

/** What becomes of each matrix that a stage is to send. */
type Expected = Map<string, (matrix: Matrix) => void>;

/** Has the stages compute what the taps ask for of every window, calling no stage that they do not need. */
export function computeStagedClip(
  clip: StagedClip,
  samples: Float32Array,
  windows: readonly FrameWindow[],
): Promise<Computed> {
  const joined = (heads: readonly HeadPart[]) => joinStagedHeads(clip, heads);
  return computeWindows(clip, samples, windows, computer(clip), joined);
}

/** The same of one window by itself. */
export function computeStagedPart(
  clip: StagedClip,
  input: FrontendInput,
  window: FrameWindow,
): Promise<ComputedWindow> {
  return computeOneWindow(clip, input, window, computer(clip));
}

/** Joins what the head made of all windows, in their order; sums are sent to the last stage. */
export async function joinStagedHeads(
  { parts, caller, taps }: StagedClip,
  heads: readonly HeadPart[],
): Promise<HeadOutput | null> {
  const { head } = taps;
  if (head === null) return null;
  if (head.kind === "ctc") return { logits: joinLogits(heads), embedding: null };
  if (head.kind === "frame-classification") {
    return { logits: joinSpeakers(heads), embedding: null };
  }
  const numbers = summaryToNumbers(joinSummaries(heads));
  let logits: Matrix | undefined;
  let embedding: Float32Array | null = null;
  const expected: Expected = new Map();
  expected.set(MATRICES.logits, (matrix) => {
    logits = matrix;
  });
  if (head.kind === "xvector") {
    expected.set(MATRICES.embedding, ({ data }) => {
      embedding = data;
    });
  }
  const channels = (numbers.length / 2 - 1) / 3;
  await callFor(caller, lastOf(parts), { kind: "head-end", channels }, [numbers], expected);
  return { logits: logits as unknown as Matrix, embedding };
}

function computer(clip: StagedClip): ComputeWindow {
  return async (input, window, collector, onLayer) => {
    const kept = keepWindow(clip.taps, window, collector);
    const last = await computeStates(clip, input, window, { ...collector, ...kept }, onLayer);
    const states = kept.headStates();
    const head = states === null ? null : await computeHead(clip, states);
    freeUnheld(collector, states?.states, last);
    return head;
  };
}

/** Takes what the stages send of a window. */
type Taking = Pick<Collector, "extractFeatures" | "holds"> &
  Pick<WindowKeeper, "hiddenState" | "lastHiddenState">;

/** Gives the last hidden state that was handed on or taken. */
async function computeStates(
  { config, parts, caller, taps }: StagedClip,
  input: FrontendInput,
  window: FrameWindow,
  taking: Taking,
  onLayer: (index: number) => void,
): Promise<Matrix | undefined> {
  const { count: frames } = window;
  const from = (window.first - input.firstFrame) * HOP_SAMPLES;
  let handed: readonly Float32Array[] = [input.samples.subarray(from, from + samplesFor(frames))];
  let hidden: Matrix | undefined;
  let table: Matrix | undefined;
  for (const part of parts) {
    const wants = wantsOf(part, taps, config);
    if (wants === null) break;
    const received = hidden;
    const expected: Expected = new Map();
    for (const index of wants.hiddenStates) {
      expected.set(MATRICES.hiddenState(index), (state) => {
        if (hidden !== received) freeUnheld(taking, hidden);
        hidden = state;
        taking.hiddenState(index, state);
        const isLast = index === config.layerCount && config.layerNormPlacement === "post";
        if (isLast && isNormed(taps)) taking.lastHiddenState(state);
      });
    }
    if (wants.positionTable) {
      expected.set(MATRICES.positionTable, (matrix) => {
        table = matrix;
      });
    }
    if (wants.extractFeatures) {
      expected.set(MATRICES.extractFeatures, (features) =>
        taking.extractFeatures(window, features),
      );
    }
    if (wants.lastHiddenState) {
      expected.set(MATRICES.lastHiddenState, (state) => taking.lastHiddenState(state));
    }
    const moments = part.firstLayer === 0 ? momentsOf(input) : {};
    const task: Task = { kind: "window", frames, moments, wants };
    await callFor(caller, part, task, handed, expected, onLayer);
    if (received !== hidden) freeUnheld(taking, received);
    if (hidden === undefined) break;
    handed = table === undefined ? [hidden.data] : [hidden.data, table.data];
  }
  freeUnheld(taking, table);
  return hidden;
}

/** What the head makes of a window: the last stage has its weights. */
async function computeHead(
  { parts, caller, taps }: StagedClip,
  window: WindowStates,
): Promise<HeadPart | null> {
  const { head } = taps;
  if (head === null) return null;
  const { states, keepFirst, keepCount } = window;
  const found: HeadPart[] = [];
  const expected: Expected = new Map();
  if (head.kind === "ctc" || head.kind === "frame-classification") {
    const { states: _, ...place } = rowsOfLogits(head, window);
    expected.set(
      MATRICES.logits,
      (logits) => void found.push({ kind: "logits", logits, ...place }),
    );
  } else {
    expected.set(
      MATRICES.summary,
      ({ data }) => void found.push({ kind: "summary", summary: summaryOfNumbers(data) }),
    );
  }
  const task: Task = { kind: "head", frames: states.rows, keepFirst, keepCount };
  await callFor(caller, lastOf(parts), task, [states.data], expected);
  return found[0] ?? null;
}

function lastOf(parts: readonly StagePart[]): StagePart {
  return parts[parts.length - 1] as StagePart;
}

/** Has a part compute a task; each matrix is taken once, even if the part was asked twice. */
async function callFor(
  caller: StageCaller,
  { number }: StagePart,
  task: Task,
  numbers: readonly Float32Array[],
  expected: Expected,
  onLayer: (index: number) => void = () => {},
): Promise<void> {
  await caller.call(number, task, numbers, {
    layer: onLayer,
    matrix(name, matrix) {
      const take = expected.get(name);
      expected.delete(name);
      take?.(matrix);
    },
  });
  if (expected.size === 0) return;
  throw new Error(`stage ${number} left out ${[...expected.keys()].join(", ")}`);
}

function momentsOf({ moments }: FrontendInput): WindowOrder["moments"] {
  return Object.fromEntries(
    Object.entries(moments).map(([name, { shape, data }]) => [
      name,
      { shape: [...shape], data: Array.from(data, Number) },
    ]),
  );
}
