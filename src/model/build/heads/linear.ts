/** Linear layers of task heads, float32 in packs of every precision: heads are small, and what they give is the answer. */
import type { CheckpointHead } from "../../checkpoint/checkpoint.ts";
import { type BuiltProgram, graphBuilder } from "../../onnx/builder.ts";
import { addLinear, readLinear } from "../programs/linear.ts";

/** Name, inputs and outputs of a program of one linear layer. */
export interface HeadLinear {
  readonly program: string;
  /** Prefix of its `weight` and `bias` in the checkpoint. */
  readonly prefix: string;
  readonly input: string;
  readonly output: string;
}

/** Builds a program of one linear layer: [rows, inputs] → [rows, outputs]. */
export async function buildHeadLinear(
  head: CheckpointHead,
  { program, prefix, input, output }: HeadLinear,
): Promise<BuiltProgram> {
  const linear = await readLinear(head, prefix);
  const [inputs, outputs] = linear.weight.shape;
  const graph = graphBuilder(program);
  const rows = graph.input(input, "float32", ["rows", inputs]);
  graph.output(output, addLinear(graph, rows, linear), ["rows", outputs]);
  return graph.build();
}
