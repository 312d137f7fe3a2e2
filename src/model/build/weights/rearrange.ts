/** Rearranges checkpoint tensors into the layouts that the graphs multiply with. */
import type { WeightTensor } from "../../checkpoint/checkpoint.ts";

/** Transposes a PyTorch linear weight: [outputs, inputs] → [inputs, outputs]. */
export function transposed(weight: WeightTensor): WeightTensor {
  const [outputCount, inputCount] = weight.shape;
  const data = new Float32Array(weight.data.length);
  for (let output = 0; output < outputCount; output++) {
    for (let input = 0; input < inputCount; input++) {
      data[input * outputCount + output] = weight.data[output * inputCount + input];
    }
  }
  return { shape: [inputCount, outputCount], data };
}

/** Lays a convolution out for windows of consecutive frames: [outputs, channels, kernel] → [kernel · channels, outputs]. */
export function windowWeights(weight: WeightTensor): WeightTensor {
  const [outputCount, channelCount, kernel] = weight.shape;
  const data = new Float32Array(weight.data.length);
  for (let output = 0; output < outputCount; output++) {
    for (let channel = 0; channel < channelCount; channel++) {
      for (let tap = 0; tap < kernel; tap++) {
        const source = (output * channelCount + channel) * kernel + tap;
        data[(tap * channelCount + channel) * outputCount + output] = weight.data[source];
      }
    }
  }
  return { shape: [kernel * channelCount, outputCount], data };
}

/** Puts matrices with equal row counts side by side: [inputs, a], [inputs, b] … → [inputs, a + b + …]. */
export function sideBySide(matrices: readonly WeightTensor[]): WeightTensor {
  const rows = matrices[0].shape[0];
  const width = matrices.reduce((sum, matrix) => sum + matrix.shape[1], 0);
  const data = new Float32Array(rows * width);
  let firstColumn = 0;
  for (const matrix of matrices) {
    const columns = matrix.shape[1];
    for (let row = 0; row < rows; row++) {
      data.set(matrix.data.subarray(row * columns, (row + 1) * columns), row * width + firstColumn);
    }
    firstColumn += columns;
  }
  return { shape: [rows, width], data };
}

/** Joins vectors end to end. */
export function joined(vectors: readonly Float32Array[]): Float32Array {
  const result = new Float32Array(vectors.reduce((sum, vector) => sum + vector.length, 0));
  let offset = 0;
  for (const vector of vectors) {
    result.set(vector, offset);
    offset += vector.length;
  }
  return result;
}

/** Multiplies every element by a factor. */
export function scaled(tensor: WeightTensor, factor: number): WeightTensor {
  return { shape: tensor.shape, data: tensor.data.map((value) => value * factor) };
}

/**
 * Resolves weight norm over the kernel dimension: w[:, :, k] = gain[k] · direction[:, :, k] / ‖direction[:, :, k]‖
 * (torch.nn.utils.weight_norm with dim=2, as WavLM's positional convolution has it).
 */
export function weightNormalised(gain: WeightTensor, direction: WeightTensor): WeightTensor {
  const kernel = direction.shape[2];
  const squares = new Float64Array(kernel);
  direction.data.forEach((value, index) => {
    squares[index % kernel] += value * value;
  });
  const factors = squares.map((square, tap) => gain.data[tap] / Math.sqrt(square));
  return {
    shape: direction.shape,
    data: direction.data.map((value, index) => value * factors[index % kernel]),
  };
}
