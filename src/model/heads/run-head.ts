/** Runs a pack's task head over the states that it takes, window by window. */
import { blockTensor } from "../engine/blocks.ts";
import type { SegmentWeights } from "../engine/memory/weights.ts";
import { type FrameSummary, pooled, summarise } from "../engine/taps/pooling.ts";
import { runRows, type StepContext } from "../engine/transformer.ts";
import { emptyMatrix, type Matrix } from "../matrix.ts";
import { type Head, type HeadOf, logitsSize } from "./head.ts";
import { type HeadPart, joinLogits, joinSpeakers, joinSummaries, type KeptRows } from "./parts.ts";
import { meansAndDeviations } from "./statistics.ts";

/** Output of a head. */
export interface HeadOutput {
  /** [frames, labels or tokens], or [1, labels] of a whole clip. */
  readonly logits: Matrix;
  /** Of x-vectors; null for other heads. */
  readonly embedding: Float32Array | null;
}

/** Runs `work` with the weights of a segment, of which `next` is read ahead. */
export type UseSegment = <Result>(
  segment: string,
  next: string | undefined,
  work: (weights: SegmentWeights) => Promise<Result>,
) => Promise<Result>;

/** Hidden states of a window, and which of its frames are its own: others are context. */
export interface WindowStates extends KeptRows {
  readonly states: Matrix;
  /** The frame of the clip that the first row is of. */
  readonly firstFrame: number;
}

/** Runs the part of `head` that is local to a window's frames, or nearly so. */
export async function runHeadPart(
  context: StepContext,
  use: UseSegment,
  head: Head,
  window: WindowStates,
): Promise<HeadPart> {
  switch (head.kind) {
    case "xvector":
      return { kind: "summary", summary: await summariseXVector(context, use, head, window) };
    case "ctc":
    case "frame-classification":
      return logitsOf(context, use, head, rowsOfLogits(head, window));
    case "sequence-classification":
      return { kind: "summary", summary: summarise(ownRows(window, 0).states) };
  }
}

/** Joins what `runHeadPart` made of all windows, in their order, and runs what follows upon it. */
export async function finishHead(
  context: StepContext,
  use: UseSegment,
  head: Head,
  parts: readonly HeadPart[],
): Promise<HeadOutput> {
  switch (head.kind) {
    case "xvector": {
      const statistics = meansAndDeviations(joinSummaries(parts));
      const { embedding, logits } = await runOnce(context, use, "head.embedding", { statistics }, [
        "embedding",
        "logits",
      ]);
      return { logits, embedding: embedding.data };
    }
    case "ctc":
      return { logits: joinLogits(parts), embedding: null };
    case "frame-classification":
      return { logits: joinSpeakers(parts), embedding: null };
    case "sequence-classification": {
      const { data } = pooled(joinSummaries(parts), "mean");
      const mean = { rows: 1, columns: data.length, data };
      const { logits } = await runOnce(context, use, "head.classifier", { mean }, ["logits"]);
      return { logits, embedding: null };
    }
  }
}

/** The rows of a window that get logits: its own, or all where the next window is matched by those that both have. */
export function rowsOfLogits(head: Head, window: WindowStates): WindowStates {
  return head.kind === "frame-classification" ? window : ownRows(window, 0);
}

/** The rows that a window keeps, and as many of those after them as there are, up to `after`. */
function ownRows(
  { states, firstFrame, keepFirst, keepCount }: WindowStates,
  after: number,
): WindowStates {
  const rows = Math.min(keepCount + after, states.rows - keepFirst);
  const data = states.data.subarray(
    keepFirst * states.columns,
    (keepFirst + rows) * states.columns,
  );
  return {
    states: { rows, columns: states.columns, data },
    firstFrame: firstFrame + keepFirst,
    keepFirst: 0,
    keepCount,
  };
}

async function logitsOf(
  context: StepContext,
  use: UseSegment,
  head: Head,
  { states, ...place }: WindowStates,
): Promise<HeadPart> {
  const program = { program: "head.logits", output: "logits" };
  const { rows, columns } = logitsSize(head, states.rows);
  const logits = await use("head.logits", undefined, (weights) =>
    runRows(context, program, weights, emptyMatrix(rows, columns), (block) => ({
      hidden: blockTensor(states, block),
    })),
  );
  return { kind: "logits", logits, ...place };
}

/** Time-delay layers see some frames after the one that they are of: those of the window's context. */
async function summariseXVector(
  context: StepContext,
  use: UseSegment,
  { projectionSize, tdnn }: HeadOf<"xvector">,
  window: WindowStates,
): Promise<FrameSummary> {
  const reachOfAll = tdnn.reduce((sum, { kernel, dilation }) => sum + (kernel - 1) * dilation, 0);
  const { states } = ownRows(window, reachOfAll);
  const after = (index: number) => (index < tdnn.length ? `head.tdnn.${index}` : "head.embedding");
  const projector = { program: "head.projector", output: "projected" };
  let rows = await use("head.projector", after(0), (weights) =>
    runRows(context, projector, weights, emptyMatrix(states.rows, projectionSize), (block) => ({
      hidden: blockTensor(states, block),
    })),
  );
  for (const [index, { kernel, dilation, size }] of tdnn.entries()) {
    const input = rows;
    const reach = (kernel - 1) * dilation;
    const output = emptyMatrix(input.rows - reach, size);
    const layer = { program: `head.tdnn.${index}`, output: "frames" };
    rows = await use(layer.program, after(index + 1), (weights) =>
      runRows(context, layer, weights, output, ({ first, count }) => ({
        rows: blockTensor(input, { first, count: count + reach }),
      })),
    );
  }
  return summarise(rows);
}

/** Runs a program of one row. */
async function runOnce(
  { programs }: StepContext,
  use: UseSegment,
  name: string,
  inputs: Readonly<Record<string, Matrix>>,
  outputs: readonly string[],
): Promise<Record<string, Matrix>> {
  const { outputs: results } = await use(name, undefined, async (weights) => {
    const session = await programs.open(name);
    const tensors = Object.entries(inputs).map(([input, matrix]) => [
      input,
      blockTensor(matrix, { first: 0, count: matrix.rows }),
    ]);
    return session.run({ ...Object.fromEntries(tensors), ...weights.get(name) }, outputs);
  });
  return Object.fromEntries(
    Object.entries(results).map(([output, { shape, data }]) => [
      output,
      { rows: shape[0], columns: shape[1], data },
    ]),
  );
}
