/** The smallest program there is: with it onnxruntime does what it does once, such as registering its operators. */
import { graphBuilder } from "../../onnx/builder.ts";
import type { ExecutableStep } from "../backend.ts";

/** Steps that take any numbers and give their negatives. */
export function warmUpSteps(): readonly ExecutableStep[] {
  const graph = graphBuilder("warm_up");
  const values = graph.input("values", "float32", ["count"]);
  graph.output("negatives", graph.op("Neg", [values]), ["count"]);
  return graph.build().steps;
}
