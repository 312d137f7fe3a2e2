/** Symmetric int8 quantization of weight matrices. */
import type { WeightTensor } from "../checkpoint/checkpoint.ts";

/** int8 weights and the scale of each output column: weight[i, o] ≈ quantized[i, o] · scales[o]. */
export interface QuantizedColumns {
  readonly quantized: Int8Array;
  readonly scales: Float32Array;
}

const LARGEST_INT8 = 127;

/** Keeps columns of zeros, or of numbers near float32's smallest, from a scale of zero. */
const SMALLEST_SCALE = 1e-30;

/** Quantizes a [inputs, outputs] matrix with one scale per output, its largest magnitude / 127. */
export function quantizeColumns(weight: WeightTensor): QuantizedColumns {
  const [inputCount, outputCount] = weight.shape;
  const scales = columnScales(weight.data, inputCount, outputCount);
  const quantized = new Int8Array(weight.data.length);
  for (let index = 0; index < quantized.length; index++) {
    quantized[index] = Math.round(weight.data[index] / scales[index % outputCount]);
  }
  return { quantized, scales };
}

function columnScales(data: Float32Array, inputCount: number, outputCount: number): Float32Array {
  const scales = new Float32Array(outputCount);
  for (let input = 0; input < inputCount; input++) {
    for (let output = 0; output < outputCount; output++) {
      scales[output] = Math.max(scales[output], Math.abs(data[input * outputCount + output]));
    }
  }
  return scales.map((largest) => Math.max(largest / LARGEST_INT8, SMALLEST_SCALE));
}
