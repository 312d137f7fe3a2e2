/** Symmetric int8 quantization of weights. */
import type { WeightTensor } from "../../checkpoint/checkpoint.ts";

/** int8 weights and the scale of each column, or row: weight ≈ quantized · scale. */
export interface QuantizedWeights {
  readonly quantized: Int8Array;
  readonly scales: Float32Array;
}

const LARGEST_INT8 = 127;

/** Keeps zeros, or numbers near float32's smallest, from a scale of zero. */
const SMALLEST_SCALE = 1e-30;

/** Quantizes a [inputs, outputs] matrix with one scale per column, its largest magnitude / 127. */
export function quantizeColumns({ shape, data }: WeightTensor): QuantizedWeights {
  const columnCount = shape[1];
  return quantize(data, columnCount, (index) => index % columnCount);
}

/** Quantizes a tensor with one scale for each index of its first dimension. */
export function quantizeRows({ shape, data }: WeightTensor): QuantizedWeights {
  const rowLength = data.length / shape[0];
  return quantize(data, shape[0], (index) => Math.floor(index / rowLength));
}

/** One scale per column of a [inputs, outputs] matrix, its largest magnitude / 127. */
export function columnScales({ shape, data }: WeightTensor): Float32Array {
  const columnCount = shape[1];
  return scalesOf(data, columnCount, (index) => index % columnCount);
}

function quantize(
  data: Float32Array,
  scaleCount: number,
  scaleOf: (index: number) => number,
): QuantizedWeights {
  const scales = scalesOf(data, scaleCount, scaleOf);
  const quantized = new Int8Array(data.length);
  for (let index = 0; index < data.length; index++) {
    quantized[index] = Math.round(data[index] / scales[scaleOf(index)]);
  }
  return { quantized, scales };
}

function scalesOf(
  data: Float32Array,
  scaleCount: number,
  scaleOf: (index: number) => number,
): Float32Array {
  const scales = new Float32Array(scaleCount);
  for (let index = 0; index < data.length; index++) {
    const scale = scaleOf(index);
    scales[scale] = Math.max(scales[scale], Math.abs(data[index]));
  }
  for (let scale = 0; scale < scaleCount; scale++) {
    scales[scale] = Math.max(scales[scale] / LARGEST_INT8, SMALLEST_SCALE);
  }
  return scales;
}
