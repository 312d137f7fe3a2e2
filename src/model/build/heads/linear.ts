/** Linear layers of task heads. */
import type { CheckpointHead } from "../../checkpoint/checkpoint.ts";
import { type BuiltProgram, graphBuilder } from "../../onnx/builder.ts";
import { readLinear } from "../programs/linear.ts";
import type { HeadProduct } from "./product.ts";

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
  product: HeadProduct,
  { program, prefix, input, output }: HeadLinear,
): Promise<BuiltProgram> {
  const linear = await readLinear(head, prefix);
  const [inputs, outputs] = linear.weight.shape;
  const graph = graphBuilder(program);
  const rows = graph.input(input, "float32", ["rows", inputs]);
  graph.output(output, product(graph, rows, linear), ["rows", outputs]);
  return graph.build();
}
