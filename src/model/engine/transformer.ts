/** Runs the positional embedding and the transformer layers over one window of frames, block by block. */
import { freeMemory } from "../../bytes.ts";
import type { BackendTensor } from "../backend/backend.ts";
import { positionBuckets, type WavLMConfig } from "../config.ts";
import { layerProgram, layerShape } from "../layer-shape.ts";
import { emptyMatrix, freeMatrix, type Matrix } from "../matrix.ts";
import { type BlockBiases, blockBiases, POSITION_BIASES } from "./block-biases.ts";
import { blockTensor, blockValues, LARGEST_BLOCK, type RowBlock, rowBlocks } from "./blocks.ts";
import type { SegmentWeights } from "./memory/weights.ts";
import { framesBefore, relativePositionBuckets } from "./position.ts";
import { type ProgramSessions, runInto } from "./programs.ts";

/** The context of every step of a run. */
export interface StepContext {
  readonly config: WavLMConfig;
  /** `takes` is left out where no program takes position biases of rows. */
  readonly programs: Pick<ProgramSessions, "open"> & Partial<Pick<ProgramSessions, "takes">>;
  /** Runs before each segment and between blocks: lets other requests be answered, and throws once the client is gone. */
  breathe(): Promise<void>;
}

/** Position biases of the relative positions −(frames − 1) … frames − 1 and one unused: [heads, 2 · frames]. */
export type PositionTable = Matrix;

/** Shared by all layers of a window: the position biases, and buffers for what one layer, or one of its blocks, takes. */
export interface LayerShared {
  /** null in families without a position bias. */
  readonly table: PositionTable | null;
  /** [frames, 2 · hiddenSize]; pruned layers use the beginning. */
  readonly keysValues: Matrix;
  /** The part of the table that a block of a layer takes. */
  readonly tablePart: Float32Array;
  /** What programs take instead that compute all heads at once. */
  readonly biases: BlockBiases;
}

/** A program that gives one matrix, a row for each row of its block. */
interface RowProgram {
  readonly program: string;
  readonly output: string;
}

const POSITIONAL: RowProgram = { program: "positional", output: "hidden" };
const FINAL_NORM: RowProgram = { program: "final_norm", output: "last_hidden_state" };

/** Projected features [frames, hiddenSize] → hidden_states[0], in the same memory. */
export async function runPositional(
  context: StepContext,
  weights: SegmentWeights,
  projected: Matrix,
): Promise<Matrix> {
  const { positionalKernel } = context.config;
  const padded = emptyMatrix(projected.rows + positionalKernel - 1, projected.columns);
  padded.data.set(projected.data, framesBefore(positionalKernel) * projected.columns);
  const hidden = await runRows(context, POSITIONAL, weights, projected, ({ first, count }) => ({
    projected: blockTensor(padded, { first, count: count + positionalKernel - 1 }),
  }));
  freeMatrix(padded);
  return hidden;
}

/** Prepares what the layers share, with the positional segment's weights. */
export async function prepareLayers(
  context: StepContext,
  weights: SegmentWeights,
  frames: number,
): Promise<LayerShared> {
  return sharedOf(context.config, frames, await positionTable(context, weights, frames));
}

/** What layers share, with empty buffers. */
export function sharedOf(
  { hiddenSize, headCount }: WavLMConfig,
  frames: number,
  table: PositionTable | null,
): LayerShared {
  const partSize = headCount * (frames + Math.min(frames, LARGEST_BLOCK));
  return {
    table,
    keysValues: emptyMatrix(frames, 2 * hiddenSize),
    tablePart: new Float32Array(table === null ? 0 : partSize),
    biases: blockBiases(),
  };
}

/** Frees what layers shared. */
export function freeShared({ table, keysValues, tablePart, biases }: LayerShared): void {
  freeMatrix(keysValues);
  biases.free();
  freeMemory(tablePart);
  if (table !== null) freeMatrix(table);
}

async function positionTable(
  { config, programs }: StepContext,
  weights: SegmentWeights,
  frames: number,
): Promise<PositionTable | null> {
  const bias = positionBuckets(config);
  if (bias === null) return null;
  const buckets = relativePositionBuckets(frames, bias.bucketCount, bias.maxBucketDistance);
  const session = await programs.open("position_table");
  const { outputs } = await session.run(
    {
      buckets: { type: "int32", shape: [buckets.length], data: buckets },
      ...weights.get("position_table"),
    },
    ["table"],
  );
  return { rows: config.headCount, columns: buckets.length, data: outputs.table.data };
}

/**
 * Layer `index`: [frames, hiddenSize] → the same.
 * @param result where it is written, which may be `hidden` itself: behind keys and values each row is needed for itself alone
 */
export async function runLayer(
  context: StepContext,
  weights: SegmentWeights,
  index: number,
  hidden: Matrix,
  shared: LayerShared,
  result: Matrix,
): Promise<Matrix> {
  const { config } = context;
  const attention = await projectLayer(context, weights, index, hidden, shared);
  const attend = { program: layerProgram(config, "attend", index), output: "hidden_out" };
  return runRows(context, attend, weights, result, (block) => ({
    hidden: blockTensor(hidden, block),
    ...attention(block),
  }));
}

/** Computes a layer's keys and values; what a block's attention takes, which is nothing where the layer has no heads. */
async function projectLayer(
  context: StepContext,
  weights: SegmentWeights,
  index: number,
  hidden: Matrix,
  { table, keysValues, tablePart, biases }: LayerShared,
): Promise<(block: RowBlock) => Record<string, BackendTensor>> {
  const { config, programs } = context;
  const { heads, attentionSize } = layerShape(config, index);
  if (heads.length === 0) return () => ({});
  const own = firstColumns(keysValues, 2 * attentionSize);
  const project = { program: layerProgram(config, "project", index), output: "keys_values" };
  await runRows(context, project, weights, own, (block) => ({
    hidden: blockTensor(hidden, block),
  }));
  const all = { keys_values: blockTensor(own, { first: 0, count: own.rows }) };
  if (table === null) return () => all;
  const takesBiases = programs.takes?.(layerProgram(config, "attend", index), POSITION_BIASES);
  return (block) =>
    takesBiases
      ? { ...all, [POSITION_BIASES]: biases.of(table, heads, block) }
      : { ...all, position_table: tableOfBlock(table, heads, block, tablePart) };
}

/** The same memory as a matrix of fewer columns. */
function firstColumns({ rows, data }: Matrix, columns: number): Matrix {
  return { rows, columns, data: data.subarray(0, rows * columns) };
}

/** The layer norm at the end of stable models. */
export function runFinalNorm(
  context: StepContext,
  weights: SegmentWeights,
  hidden: Matrix,
): Promise<Matrix> {
  const normed = emptyMatrix(hidden.rows, hidden.columns);
  return runRows(context, FINAL_NORM, weights, normed, (block) => ({
    hidden: blockTensor(hidden, block),
  }));
}

/** Runs a program of one output for each block of `result`'s rows, and fills them. */
export async function runRows(
  { programs, breathe }: StepContext,
  { program, output }: RowProgram,
  weights: SegmentWeights,
  result: Matrix,
  inputsOf: (block: RowBlock) => Record<string, BackendTensor>,
): Promise<Matrix> {
  const session = await programs.open(program);
  for (const block of rowBlocks(result.rows)) {
    if (block.first > 0) await breathe();
    const inputs = { ...inputsOf(block), ...weights.get(program) };
    const place = blockValues(result, block);
    await runInto(session, inputs, { [output]: place });
  }
  return result;
}

/** The part of the table that a block's rows need of these heads, in `place`: from (last row, first frame) to (first row, last frame). */
function tableOfBlock(
  { columns, data }: PositionTable,
  heads: readonly number[],
  { first, count }: RowBlock,
  place: Float32Array,
): BackendTensor {
  const frames = columns / 2;
  const length = frames + count;
  const start = frames - first - count;
  const part = place.subarray(0, heads.length * length);
  for (const [row, head] of heads.entries()) {
    const from = head * columns + start;
    part.set(data.subarray(from, from + length), row * length);
  }
  return { type: "float32", shape: [heads.length, length], data: part };
}
