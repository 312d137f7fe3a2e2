/** The x-vector head: time-delay layers, then an embedding of their statistics (transformers modeling_wavlm.py, WavLMForXVector). */
import type { CheckpointHead } from "../../checkpoint/checkpoint.ts";
import { type BuiltProgram, graphBuilder } from "../../onnx/builder.ts";
import { readLinear } from "../programs/linear.ts";
import type { HeadProduct } from "./product.ts";

/** One time-delay layer: how many rows it sees, and how far apart they are. */
export interface TimeDelay {
  readonly kernel: number;
  readonly dilation: number;
}

/**
 * Builds program `head.tdnn.<index>`: `rows` [block + (kernel − 1) · dilation, inputs] → `frames` [block, outputs]. The weight of
 * the checkpoint is [outputs, kernel · inputs], the rows of a window one after another.
 */
export async function buildTimeDelayLayer(
  head: CheckpointHead,
  product: HeadProduct,
  index: number,
  { kernel, dilation }: TimeDelay,
): Promise<BuiltProgram> {
  const linear = await readLinear(head, `tdnn.${index}.kernel`);
  const [windowSize, outputs] = linear.weight.shape;
  const graph = graphBuilder(`head.tdnn.${index}`);
  const rows = graph.input("rows", "float32", ["rows", windowSize / kernel]);
  const frames = product(graph, rows, linear, { taps: kernel, dilation, relu: true });
  graph.output("frames", frames, ["block", outputs]);
  return graph.build();
}

/** Builds program `head.embedding`: `statistics` [1, 2 · size] → `embedding` [1, embeddingSize] and `logits` [1, logitCount]. */
export async function buildEmbedding(
  head: CheckpointHead,
  product: HeadProduct,
): Promise<BuiltProgram> {
  const extractor = await readLinear(head, "feature_extractor");
  const classifier = await readLinear(head, "classifier");
  const graph = graphBuilder("head.embedding");
  const statistics = graph.input("statistics", "float32", [1, extractor.weight.shape[0]]);
  const embedding = graph.output("embedding", product(graph, statistics, extractor), [
    1,
    extractor.weight.shape[1],
  ]);
  graph.output("logits", product(graph, embedding, classifier), [1, classifier.weight.shape[1]]);
  return graph.build();
}
