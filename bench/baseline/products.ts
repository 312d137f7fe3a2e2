/** Weight products of a baseline graph: in float32, or in the integers of onnxruntime's dynamic quantization. */

import type { WeightTensor } from "../../src/model/checkpoint/checkpoint.ts";
import type { GraphBuilder, Value } from "../../src/model/onnx/builder.ts";
import type { OnnxAttribute } from "../../src/model/onnx/onnx.ts";
import type { QuantizedTensor } from "./quantize.ts";

type Attributes = Readonly<Record<string, OnnxAttribute>>;

/** The two operators that weights are multiplied by. */
export interface Products {
  /** activations · weight, weight [inputs, outputs]. */
  matMul(activations: Value, weight: WeightTensor): Value;
  /** Convolves [1, channels, t] with weight [outputs, channels / group, kernel]; `bias` is [outputs]. */
  conv(
    activations: Value,
    weight: WeightTensor,
    bias: Float32Array | null,
    attributes: Attributes,
  ): Value;
}

/** Products in float32, as they are exported. */
export function floatProducts(graph: GraphBuilder): Products {
  const constant = ({ shape, data }: WeightTensor) => graph.constant("float32", shape, data);
  return {
    matMul: (activations, weight) => graph.op("MatMul", [activations, constant(weight)]),
    conv(activations, weight, bias, attributes) {
      const inputs = [activations, constant(weight)];
      if (bias !== null) inputs.push(graph.constant("float32", [bias.length], bias));
      return graph.op("Conv", inputs, attributes);
    },
  };
}

/**
 * Products as onnxruntime's `quantize_dynamic` writes them: activations through
 * DynamicQuantizeLinear, one scale and zero point for each weight, the integer result scaled back to float32
 * (onnxruntime/python/tools/quantization/operators/matmul.py and conv.py).
 */
export function integerProducts(
  graph: GraphBuilder,
  quantize: (graph: GraphBuilder, weight: WeightTensor) => QuantizedTensor,
): Products {
  const quantizeOnce = activationQuantizer(graph);

  const product = (
    operator: "MatMulInteger" | "ConvInteger",
    activations: Value,
    weight: WeightTensor,
    attributes: Attributes,
  ): Value => {
    const [values, scale, zeroPoint] = quantizeOnce(activations);
    const quantized = quantize(graph, weight);
    const sums = graph.op(
      operator,
      [values, quantized.values, zeroPoint, quantized.zeroPoint],
      attributes,
    );
    const scales = graph.op("Mul", [scale, quantized.scale]);
    return graph.op("Mul", [graph.op("Cast", [sums], { to: { int: 1 } }), scales]);
  };

  return {
    matMul: (activations, weight) => product("MatMulInteger", activations, weight, {}),
    conv(activations, weight, bias, attributes) {
      const scaled = product("ConvInteger", activations, weight, attributes);
      if (bias === null) return scaled;
      const column = graph.constant("float32", [1, bias.length, 1], bias);
      return graph.op("Add", [scaled, column]);
    },
  };
}

/** Quantizes each value once, however many products it goes into. */
function activationQuantizer(graph: GraphBuilder): (activations: Value) => Value[] {
  const known = new Map<Value, Value[]>();
  return (activations) => {
    const quantized =
      known.get(activations) ?? graph.multi("DynamicQuantizeLinear", [activations], 3);
    known.set(activations, quantized);
    return quantized;
  };
}
