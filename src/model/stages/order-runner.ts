/** Computes orders with one pack's part, one order at a time. */
import { freeMemory } from "../../bytes.ts";
import type { BackendTensor } from "../backend/backend.ts";
import { positionBuckets, type WavLMConfig } from "../config.ts";
import type { EngineLimits } from "../engine/engine.ts";
import { fitsBudget, type MemoryNeeds } from "../engine/memory/plan.ts";
import type { WeightResidency } from "../engine/memory/residency.ts";
import { useSegment } from "../engine/run.ts";
import {
  computeFrontend,
  computeLastHiddenState,
  computeLayers,
  type SegmentContext,
  startTransformer,
  type TransformerState,
} from "../engine/segments.ts";
import { sharedOf } from "../engine/transformer.ts";
import { runInTurn, type TurnParts } from "../engine/turn.ts";
import { samplesFor } from "../framing.ts";
import { finishHead, runHeadPart } from "../heads/run-head.ts";
import { summaryOfNumbers, summarySize, summaryToNumbers } from "../heads/summary-numbers.ts";
import { freeMatrix, type Matrix } from "../matrix.ts";
import type { PackManifest } from "../pack/manifest.ts";
import { headNeeds, windowNeeds } from "./memory.ts";
import type { StagePart } from "./parts.ts";
import type { FrameReader } from "./protocol/frames.ts";
import {
  type ClipOrder,
  type Done,
  type HeadOrder,
  MATRICES,
  type Reply,
  type WindowOrder,
} from "./protocol/messages.ts";
import { otherBudget } from "./refusals.ts";

/** Sends a reply and the numbers of its matrix. */
export type Send = (reply: Reply, numbers?: readonly Float32Array[]) => Promise<void>;

/** What orders of one pack are computed with. */
export interface RunnerParts extends Omit<TurnParts, "weights"> {
  /** The whole model's. */
  readonly manifest: PackManifest;
  readonly part: StagePart;
  readonly residency: WeightResidency;
  readonly limits: EngineLimits;
}

/** Computes orders of one pack. */
export interface OrderRunner {
  /**
   * Reads the order's numbers, computes it when its turn comes and sends its matrices as they are computed.
   * @throws UndertoneError `queue-full`, `overloaded`, `request-aborted`, `pack-damaged`, `model-memory-exhausted`;
   *   `stage-mismatch` if the Worker in front counts with more memory than there is
   * @throws FrameFault for other numbers than the order says
   */
  run(order: ClipOrder, input: FrameReader, send: Send, signal: AbortSignal): Promise<Done>;
}

/** Creates the runner of one pack's part. */
export function createOrderRunner(parts: RunnerParts): OrderRunner {
  const { manifest, part, residency, limits } = parts;
  const config = manifest.architecture;
  const needsOf = (order: ClipOrder): MemoryNeeds => {
    if (order.kind === "window") return windowNeeds(manifest, part, order.frames);
    return headNeeds(manifest, part, order.kind === "head" ? order.frames : 1);
  };

  return {
    async run(order, input, send, signal) {
      const needs = needsOf(order);
      if (!fitsBudget(needs, limits.memoryBudgetBytes)) throw otherBudget(part.number);
      return runInTurn({ ...parts, weights: residency }, needs, signal, async (turn) => {
        // Only now: what waits is held by whoever sends it.
        const numbers = await input.numbers(countOfInput(manifest, part, order));
        const context: SegmentContext = { ...turn, config, residency };
        if (order.kind === "window") await computeWindow(context, part, order, numbers, send);
        else if (order.kind === "head") await computeHead(context, manifest, order, numbers, send);
        else await endHead(context, manifest, numbers, send);
        freeMemory(numbers);
        return { kind: "done" } as const;
      });
    },
  };
}

/** The numbers that belong to an order: samples for the first part, else a hidden state and any position table, or a head's states or sums. */
function countOfInput({ architecture }: PackManifest, part: StagePart, order: ClipOrder): number {
  if (order.kind === "head-end") return summarySize(order.channels);
  const { frames } = order;
  const { hiddenSize } = architecture;
  if (order.kind === "head") return frames * hiddenSize;
  if (part.firstLayer === 0) return samplesFor(frames);
  const { rows, columns } = tableShape(architecture, frames);
  return frames * hiddenSize + rows * columns;
}

async function computeWindow(
  context: SegmentContext,
  part: StagePart,
  order: WindowOrder,
  numbers: Float32Array,
  send: Send,
): Promise<void> {
  const { wants } = order;
  const lastWanted = wants.hiddenStates.at(-1) ?? -1;
  const end = wants.lastHiddenState ? part.endLayer : Math.min(lastWanted, part.endLayer);
  const layers = { first: part.firstLayer, end };
  const sendState = async (index: number, hidden: Matrix) => {
    if (index > 0) await send({ kind: "layer", index });
    const isWanted = wants.hiddenStates.includes(index);
    if (isWanted) await sendMatrix(send, MATRICES.hiddenState(index), hidden);
  };
  const start =
    part.firstLayer === 0
      ? await startOfModel(context, layers, order, numbers, send)
      : receivedState(context, order, numbers);
  if (start === null) return;
  if (part.firstLayer === 0) await sendState(0, start.hidden);
  const hidden = await computeLayers(context, start, layers, {
    // What is sent has been copied.
    isKept: () => false,
    onState: sendState,
  });
  if (wants.lastHiddenState) {
    const last = await computeLastHiddenState(context, hidden);
    await sendMatrix(send, MATRICES.lastHiddenState, last);
    freeMatrix(last);
  }
  freeMatrix(hidden);
}

/** The frontend, and what stands before layer 0; null if nothing behind the frontend is wanted. */
async function startOfModel(
  context: SegmentContext,
  layers: { readonly first: number; readonly end: number },
  { frames, moments, wants }: WindowOrder,
  samples: Float32Array,
  send: Send,
): Promise<TransformerState | null> {
  const input = { samples, firstFrame: 0, moments: momentTensors(moments) };
  const { extractFeatures } = wants;
  const isOver = layers.end < 0;
  const frontend = await computeFrontend(
    context,
    input,
    { first: 0, count: frames },
    { extractFeatures, ...(!isOver && { next: "positional" }) },
  );
  if (frontend.extractFeatures !== null) {
    await sendMatrix(send, MATRICES.extractFeatures, frontend.extractFeatures);
    freeMatrix(frontend.extractFeatures);
  }
  if (isOver) return null;
  const start = await startTransformer(context, frontend.projected, layers);
  const { table } = start.shared;
  if (wants.positionTable && table) await sendMatrix(send, MATRICES.positionTable, table);
  return start;
}

/** Of the position table of a window; without rows in families that have none. */
function tableShape(config: WavLMConfig, frames: number) {
  return { rows: positionBuckets(config) === null ? 0 : config.headCount, columns: 2 * frames };
}

function receivedState(
  { config }: SegmentContext,
  { frames }: WindowOrder,
  numbers: Float32Array,
): TransformerState {
  const { hiddenSize } = config;
  const size = frames * hiddenSize;
  const shape = tableShape(config, frames);
  return {
    hidden: { rows: frames, columns: hiddenSize, data: numbers.subarray(0, size) },
    shared: sharedOf(
      config,
      frames,
      shape.rows === 0 ? null : { ...shape, data: numbers.slice(size) },
    ),
  };
}

async function computeHead(
  context: SegmentContext,
  { architecture, heads }: PackManifest,
  { frames, keepFirst, keepCount }: HeadOrder,
  numbers: Float32Array,
  send: Send,
): Promise<void> {
  const [head] = heads;
  if (head === undefined) return;
  const states = { rows: frames, columns: architecture.hiddenSize, data: numbers };
  // Where in the clip the window is, only the Worker in front has to know.
  const window = { states, firstFrame: 0, keepFirst, keepCount };
  const part = await runHeadPart(context, useSegment(context), head, window);
  if (part.kind === "logits") return await sendMatrix(send, MATRICES.logits, part.logits);
  await sendRow(send, MATRICES.summary, summaryToNumbers(part.summary));
}

async function endHead(
  context: SegmentContext,
  { heads }: PackManifest,
  numbers: Float32Array,
  send: Send,
): Promise<void> {
  const [head] = heads;
  if (head === undefined) return;
  const summary = { kind: "summary", summary: summaryOfNumbers(numbers) } as const;
  const { logits, embedding } = await finishHead(context, useSegment(context), head, [summary]);
  await sendMatrix(send, MATRICES.logits, logits);
  if (embedding !== null) await sendRow(send, MATRICES.embedding, embedding);
}

function sendRow(send: Send, name: string, data: Float32Array): Promise<void> {
  return sendMatrix(send, name, { rows: 1, columns: data.length, data });
}

function sendMatrix(send: Send, name: string, { rows, columns, data }: Matrix): Promise<void> {
  return send({ kind: "matrix", name, rows, columns }, [data]);
}

function momentTensors(moments: WindowOrder["moments"]): Record<string, BackendTensor> {
  return Object.fromEntries(
    Object.entries(moments).map(([name, { shape, data }]) => [
      name,
      { type: "float64", shape, data: Float64Array.from(data) },
    ]),
  );
}
