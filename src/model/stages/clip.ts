/** One clip on its way through the stages, window by window. */
import type { WavLMConfig } from "../config.ts";
import { type FrontendInput, prepareFrontend } from "../engine/frontend.ts";
import { type Computed, depthOf, isNormed, type LayerReport, statesOfHead } from "../engine/run.ts";
import type { Taps } from "../engine/taps/taps.ts";
import { type Collector, createCollector } from "../engine/windows/collector.ts";
import type { FrameWindow } from "../engine/windows/plan.ts";
import { frameCount, HOP_SAMPLES } from "../framing.ts";
import type { HeadOutput } from "../heads/run-head.ts";
import type { Matrix } from "../matrix.ts";
import type { StageCaller, Task } from "./caller.ts";
import { samplesOf } from "./memory.ts";
import type { StagePart } from "./parts.ts";
import { MATRICES, type WindowOrder } from "./protocol/messages.ts";
import { wantsOf } from "./wants.ts";

/** The context of a clip. */
export interface StagedClip {
  readonly config: WavLMConfig;
  readonly parts: readonly StagePart[];
  readonly caller: StageCaller;
  readonly taps: Taps;
  readonly report: LayerReport;
}

/** What becomes of each matrix that a stage is to send. */
type Expected = Map<string, (matrix: Matrix) => void>;

/** Has the stages compute what the taps ask for of every window, calling no stage that they do not need. */
export async function computeStagedClip(
  clip: StagedClip,
  samples: Float32Array,
  windows: readonly FrameWindow[],
): Promise<Computed> {
  const collector = createCollector(clip.taps, frameCount(samples.length));
  const input = prepareFrontend(clip.config, samples);
  const depth = Math.max(0, depthOf(clip));
  let layersDone = 0;
  for (const [index, window] of windows.entries()) {
    await computeWindow(clip, input, window, collector, (layer) => {
      const done = index * depth + layer;
      // A stage that is asked again begins at its beginning.
      if (done <= layersDone) return;
      layersDone = done;
      clip.report(layersDone, windows.length * depth);
    });
  }
  const { collected } = collector;
  return { ...collected, head: await computeHead(clip, statesOfHead(collected)) };
}

async function computeWindow(
  { config, parts, caller, taps }: StagedClip,
  input: FrontendInput,
  window: FrameWindow,
  collector: Collector,
  onLayer: (index: number) => void,
): Promise<void> {
  const { count: frames } = window;
  const from = window.first * HOP_SAMPLES;
  let handed: readonly Float32Array[] = [input.samples.subarray(from, from + samplesOf(frames))];
  let hidden: Matrix | undefined;
  let table: Matrix | undefined;
  for (const part of parts) {
    const wants = wantsOf(part, taps, config);
    if (wants === null) return;
    const expected: Expected = new Map();
    for (const index of wants.hiddenStates) {
      expected.set(MATRICES.hiddenState(index), (state) => {
        hidden = state;
        collector.hiddenState(index, window, state);
        const isLast = index === config.layerCount && config.layerNormPlacement === "post";
        if (isLast && isNormed(taps)) collector.lastHiddenState(window, state);
      });
    }
    if (wants.positionTable) {
      expected.set(MATRICES.positionTable, (matrix) => {
        table = matrix;
      });
    }
    if (wants.extractFeatures) {
      expected.set(MATRICES.extractFeatures, (features) =>
        collector.extractFeatures(window, features),
      );
    }
    if (wants.lastHiddenState) {
      expected.set(MATRICES.lastHiddenState, (state) => collector.lastHiddenState(window, state));
    }
    const moments = part.firstLayer === 0 ? momentsOf(input) : {};
    const task: Task = { kind: "window", frames, moments, wants };
    await callFor(caller, part, task, handed, expected, onLayer);
    if (hidden === undefined) return;
    handed = table === undefined ? [hidden.data] : [hidden.data, table.data];
  }
}

async function computeHead(
  { parts, caller, taps }: StagedClip,
  states: Matrix | null,
): Promise<HeadOutput | null> {
  if (taps.head === null || states === null) return null;
  let logits: Matrix | undefined;
  let embedding: Float32Array | null = null;
  const expected: Expected = new Map([
    [
      MATRICES.logits,
      (matrix) => {
        logits = matrix;
      },
    ],
  ]);
  if (taps.head.kind === "xvector") {
    expected.set(MATRICES.embedding, ({ data }) => {
      embedding = data;
    });
  }
  const task: Task = { kind: "head", frames: states.rows };
  await callFor(caller, parts[parts.length - 1], task, [states.data], expected);
  return { logits: logits as unknown as Matrix, embedding };
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
