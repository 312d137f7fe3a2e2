/** Runs a pack's task head over the states that it takes. */
import { blockTensor } from "../engine/blocks.ts";
import type { SegmentWeights } from "../engine/memory/weights.ts";
import { pool } from "../engine/taps/pooling.ts";
import { runRows, type StepContext } from "../engine/transformer.ts";
import { emptyMatrix, type Matrix } from "../matrix.ts";
import { type Head, type HeadOf, logitsSize } from "./head.ts";
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

/** Runs `head` over `states` [frames, hiddenSize], at least as many frames as its shortest clip has. */
export async function runHead(
  context: StepContext,
  use: UseSegment,
  head: Head,
  states: Matrix,
): Promise<HeadOutput> {
  switch (head.kind) {
    case "xvector":
      return runXVector(context, use, head, states);
    case "frame-classification":
    case "ctc": {
      const program = { program: "head.logits", output: "logits" };
      const { rows, columns } = logitsSize(head, states.rows);
      const logits = await use("head.logits", undefined, (weights) =>
        runRows(context, program, weights, emptyMatrix(rows, columns), (block) => ({
          hidden: blockTensor(states, block),
        })),
      );
      return { logits, embedding: null };
    }
    case "sequence-classification": {
      const mean = { rows: 1, columns: states.columns, data: pool(states, "mean").data };
      const { logits } = await runOnce(context, use, "head.classifier", { mean }, ["logits"]);
      return { logits, embedding: null };
    }
  }
}

async function runXVector(
  context: StepContext,
  use: UseSegment,
  { projectionSize, tdnn }: HeadOf<"xvector">,
  states: Matrix,
): Promise<HeadOutput> {
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
  const statistics = meansAndDeviations(rows);
  const { embedding, logits } = await runOnce(context, use, "head.embedding", { statistics }, [
    "embedding",
    "logits",
  ]);
  return { logits, embedding: embedding.data };
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
