/** The graph that the hub offers of a WavLM: one whole model the way transformers' ONNX export writes it. */

import type { Checkpoint } from "../../src/model/checkpoint/checkpoint.ts";
import { type GraphBuilder, graphBuilder } from "../../src/model/onnx/builder.ts";
import { addFrontend } from "./convolutions.ts";
import { addEncoder } from "./encoder.ts";
import { floatProducts, integerProducts, type Products } from "./products.ts";
import { quantizeSymmetrically, quantizeTensor } from "./quantize.ts";

/**
 * Which products are in integers: none (fp32); `matmul`, the linear layers; `all`, convolutions too, which is what
 * transformers.js's scripts/quantize.py makes for q8. `matmul-int8` has QInt8 weights in the place of QUInt8 ones.
 */
export type BaselineQuantization = "none" | "matmul" | "matmul-int8" | "all";

/** The graph to build; `outputs` is `last` for last_hidden_state alone, `all` for every hidden state beside it. */
export interface BaselineOptions {
  readonly quantization: BaselineQuantization;
  readonly outputs?: "last" | "all";
}

/** The whole model in one `.onnx` file. */
export interface BaselineFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly outputs: readonly string[];
}

/**
 * Builds the whole model: `input_values` [1, n] (normalised if the model wants it) → `last_hidden_state` and, if asked
 * for, `hidden_states.<i>`, each [1, frames, hiddenSize]. Weights are the checkpoint's own.
 */
export async function buildBaseline(
  checkpoint: Checkpoint,
  { quantization, outputs = "last" }: BaselineOptions,
): Promise<BaselineFile> {
  const graph = graphBuilder(`${checkpoint.name}-export`);
  const samples = graph.input("input_values", "float32", [1, "n"]);
  const exporter = { graph, products: productsOf(graph, quantization), checkpoint };
  const projected = await addFrontend(exporter, samples);
  const { hiddenStates, lastHiddenState } = await addEncoder(exporter, projected);
  const shape = [1, "frames", checkpoint.config.hiddenSize];
  graph.output("last_hidden_state", lastHiddenState, shape);
  if (outputs === "all") {
    for (const [index, hidden] of hiddenStates.entries()) {
      graph.output(`hidden_states.${index}`, hidden, shape);
    }
  }
  const program = graph.build();
  const [step] = program.steps;
  if (!("onnx" in step)) throw new Error("the baseline uses onnxruntime's operators only");
  return { bytes: step.onnx, outputs: program.outputs };
}

function productsOf(graph: GraphBuilder, quantization: BaselineQuantization): Products {
  const floats = floatProducts(graph);
  if (quantization === "none") return floats;
  const quantize = quantization === "matmul-int8" ? quantizeSymmetrically : quantizeTensor;
  const integers = integerProducts(graph, quantize);
  return quantization === "all" ? integers : { ...integers, conv: floats.conv };
}
