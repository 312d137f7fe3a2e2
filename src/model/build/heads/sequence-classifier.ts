/** Sequence classification: projector and classifier, over the mean of all frames. */
import type { CheckpointHead } from "../../checkpoint/checkpoint.ts";
import { type BuiltProgram, graphBuilder } from "../../onnx/builder.ts";
import { readLinear } from "../programs/linear.ts";
import type { HeadProduct } from "./product.ts";

/**
 * Builds program `head.classifier`: `mean` [1, hiddenSize] → `logits` [1, labels]. The projector is linear, so that the mean may
 * be taken before it (transformers modeling_wavlm.py, WavLMForSequenceClassification, takes it after).
 */
export async function buildSequenceClassifier(
  head: CheckpointHead,
  product: HeadProduct,
): Promise<BuiltProgram> {
  const projector = await readLinear(head, "projector");
  const classifier = await readLinear(head, "classifier");
  const graph = graphBuilder("head.classifier");
  const mean = graph.input("mean", "float32", [1, projector.weight.shape[0]]);
  const projected = product(graph, mean, projector);
  const logits = product(graph, projected, classifier);
  graph.output("logits", logits, [1, classifier.weight.shape[1]]);
  return graph.build();
}
