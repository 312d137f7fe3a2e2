/** The x-vector head: time-delay layers, then an embedding of their statistics (transformers modeling_wavlm.py, WavLMForXVector). */
import type { CheckpointHead } from "../../checkpoint/checkpoint.ts";
import {
  type BuiltProgram,
  type GraphBuilder,
  graphBuilder,
  type Value,
} from "../../onnx/builder.ts";
import { addLinear, readLinear } from "../programs/linear.ts";

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
  index: number,
  delay: TimeDelay,
): Promise<BuiltProgram> {
  const linear = await readLinear(head, `tdnn.${index}.kernel`);
  const [windowSize, outputs] = linear.weight.shape;
  const graph = graphBuilder(`head.tdnn.${index}`);
  const rows = graph.input("rows", "float32", ["rows", windowSize / delay.kernel]);
  const windows = addDilatedWindows(graph, rows, delay);
  const frames = graph.op("Relu", [addLinear(graph, windows, linear)]);
  graph.output("frames", frames, ["block", outputs]);
  return graph.build();
}

/** Builds program `head.embedding`: `statistics` [1, 2 · size] → `embedding` [1, embeddingSize] and `logits` [1, logitCount]. */
export async function buildEmbedding(head: CheckpointHead): Promise<BuiltProgram> {
  const extractor = await readLinear(head, "feature_extractor");
  const classifier = await readLinear(head, "classifier");
  const graph = graphBuilder("head.embedding");
  const statistics = graph.input("statistics", "float32", [1, extractor.weight.shape[0]]);
  const embedding = addLinear(graph, statistics, extractor);
  graph.output("embedding", embedding, [1, extractor.weight.shape[1]]);
  graph.output("logits", addLinear(graph, embedding, classifier), [1, classifier.weight.shape[1]]);
  return graph.build();
}

/** Lays rows that are `dilation` apart side by side: [rows, inputs] → [rows − (kernel − 1) · dilation, kernel · inputs]. */
function addDilatedWindows(
  graph: GraphBuilder,
  rows: Value,
  { kernel, dilation }: TimeDelay,
): Value {
  const parts = Array.from({ length: kernel }, (_, tap) => {
    const after = (kernel - 1 - tap) * dilation;
    const end = after === 0 ? Number.MAX_SAFE_INTEGER : -after;
    return graph.op("Slice", [rows, graph.ints(tap * dilation), graph.ints(end), graph.ints(0)]);
  });
  return parts.length === 1 ? parts[0] : graph.op("Concat", parts, { axis: { int: 1 } });
}
