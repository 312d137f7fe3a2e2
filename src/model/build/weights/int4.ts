/** Products whose weights are 4-bit integers in blocks, made float32 as they are multiplied. */
import type { WeightTensor } from "../../checkpoint/checkpoint.ts";
import type { GraphBuilder, Value } from "../../onnx/builder.ts";
import type { Linear } from "../programs/linear.ts";

/** Inputs that share a scale. */
export const INT4_BLOCK_INPUTS = 32;
/** 4 bits hold 0 … 15; 8 stands for zero, as the operator has it where no zero points are given. */
const ZERO_POINT = 8;
const LARGEST_CODE = 15;

/** Blocks of 4-bit codes as com.microsoft's MatMulNBits takes them. */
export interface Int4Weights {
  /** [outputs, blocks, 16]: two codes per byte, the earlier input in the low half. */
  readonly codes: Uint8Array;
  /** [outputs · blocks]. */
  readonly scales: Float32Array;
  readonly blocks: number;
}

/**
 * Adds rows · weight + bias (com.microsoft MatMulNBits, onnxruntime's ContribOperators.md): [rows, inputs] → [rows,
 * outputs]. Activations stay float32.
 */
export function addInt4Linear(graph: GraphBuilder, rows: Value, { weight, bias }: Linear): Value {
  const [inputCount, outputCount] = weight.shape;
  const { codes, scales, blocks } = int4Weights(weight);
  const inputs = [
    rows,
    graph.weight("uint8", [outputCount, blocks, INT4_BLOCK_INPUTS / 2], codes),
    graph.vector(scales),
  ];
  const product = graph.microsoft("MatMulNBits", inputs, {
    K: { int: inputCount },
    N: { int: outputCount },
    bits: { int: 4 },
    block_size: { int: INT4_BLOCK_INPUTS },
  });
  return bias === null ? product : graph.op("Add", [product, graph.vector(bias)]);
}

/**
 * Quantizes [inputs, outputs] with a scale per output and block of 32 inputs. The value of largest magnitude becomes code 0,
 * whose −8 reaches one step further than the +7 of code 15.
 */
export function int4Weights({ shape, data }: WeightTensor): Int4Weights {
  const [inputCount, outputCount] = shape;
  const blocks = Math.ceil(inputCount / INT4_BLOCK_INPUTS);
  const codes = new Uint8Array((outputCount * blocks * INT4_BLOCK_INPUTS) / 2);
  const scales = new Float32Array(outputCount * blocks);
  for (let output = 0; output < outputCount; output++) {
    for (let block = 0; block < blocks; block++) {
      const first = block * INT4_BLOCK_INPUTS;
      const count = Math.min(INT4_BLOCK_INPUTS, inputCount - first);
      const at = output * blocks + block;
      const values = Float32Array.from({ length: INT4_BLOCK_INPUTS }, (_, index) =>
        index < count ? data[(first + index) * outputCount + output] : 0,
      );
      scales[at] = extremeOf(values) / -ZERO_POINT;
      writeBlock(codes.subarray(at * 16, (at + 1) * 16), values, scales[at]);
    }
  }
  return { codes, scales, blocks };
}

/** The value farthest from zero, with its sign. */
function extremeOf(values: Float32Array): number {
  return values.reduce((far, value) => (Math.abs(value) > Math.abs(far) ? value : far), 0);
}

function writeBlock(target: Uint8Array, values: Float32Array, scale: number): void {
  for (const [index, value] of values.entries()) {
    const steps = scale === 0 ? 0 : Math.round(value / scale);
    const code = Math.min(LARGEST_CODE, Math.max(0, steps + ZERO_POINT));
    target[index >> 1] |= index % 2 === 0 ? code : code << 4;
  }
}
