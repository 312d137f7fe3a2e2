/**
 * Rounding of weights that compensates, as GPTQ does (Frantar et al. 2023): what rounding the weights of one input changes in
 * the products, the weights of the inputs after it take back, as far as the inputs of the calibration clips go together.
 */
import type { WeightTensor } from "../../checkpoint/checkpoint.ts";
import { columnScales, type QuantizedWeights } from "./quantize.ts";

/** Added to the mean square of each input, over the mean of all: what calibration did not see stays bounded. */
const DAMPING = 0.01;

const LARGEST_INT8 = 127;

/**
 * Quantizes a matrix with one scale per column, choosing the integers in turn, loud inputs first: each is the nearest to its
 * weight and what the earlier ones' errors ask of it. The sum of squared errors of the products is Σ over k of
 * variance_k · (error_k + Σ over j < k of coupling_jk · error_j)², which makes each choice the best after those before.
 *
 * @param weight [inputs, outputs]
 * @param moments [inputs, inputs], Σ of input · inputᵀ over calibration
 */
export function compensatedColumns(
  { shape, data }: WeightTensor,
  moments: Float32Array,
): QuantizedWeights {
  const [inputs, outputs] = shape;
  const scales = columnScales({ shape, data });
  const order = loudestFirst(moments, inputs);
  const couplings = couplingsOf(moments, inputs, order);
  const quantized = new Int8Array(data.length);
  /** weight − scale · integer of the inputs that were rounded, in their order. */
  const errors = new Float64Array(data.length);
  const wanted = new Float64Array(outputs);
  for (const [place, input] of order.entries()) {
    const row = input * outputs;
    for (let output = 0; output < outputs; output++) wanted[output] = data[row + output];
    for (let before = 0; before < place; before++) {
      const coupling = couplings[place * inputs + before] as number;
      const from = before * outputs;
      for (let output = 0; output < outputs; output++) {
        wanted[output] += coupling * errors[from + output];
      }
    }
    const own = place * outputs;
    for (let output = 0; output < outputs; output++) {
      const scale = scales[output] as number;
      const integer = clamped(Math.round(wanted[output] / scale));
      quantized[row + output] = integer;
      errors[own + output] = data[row + output] - integer * scale;
    }
  }
  return { quantized, scales };
}

/**
 * The moments of inputs that are divided by `factors`.
 * @param moments [inputs, inputs]
 */
export function dividedMoments(moments: Float32Array, factors: Float32Array): Float32Array {
  const inputs = factors.length;
  return moments.map(
    (value, index) => value / (factors[Math.floor(index / inputs)] * factors[index % inputs]),
  );
}

function clamped(integer: number): number {
  return Math.max(-LARGEST_INT8, Math.min(LARGEST_INT8, integer));
}

function loudestFirst(moments: Float32Array, inputs: number): number[] {
  const power = (input: number) => moments[input * (inputs + 1)];
  return Array.from({ length: inputs }, (_, input) => input).sort(
    (a, b) => power(b) - power(a) || a - b,
  );
}

/**
 * With the damped moments M = U · D · Uᵀ in the order given, U of ones on its diagonal and zeros below: U transposed,
 * [inputs, inputs], of which what stands left of the diagonal counts.
 */
function couplingsOf(
  moments: Float32Array,
  inputs: number,
  order: readonly number[],
): Float64Array {
  const mean = order.reduce((sum, at) => sum + moments[at * (inputs + 1)], 0) / inputs;
  // What was never heard couples with nothing.
  const damping = mean > 0 ? DAMPING * mean : 1;
  const rest = new Float64Array(inputs * inputs);
  for (const [row, from] of order.entries()) {
    for (let column = 0; column <= row; column++) {
      rest[row * inputs + column] = moments[from * inputs + order[column]];
    }
    rest[row * (inputs + 1)] += damping;
  }
  for (let last = inputs - 1; last >= 0; last--) {
    const lastRow = last * inputs;
    const variance = rest[lastRow + last];
    for (let row = 0; row < last; row++) {
      const coupling = rest[lastRow + row] / variance;
      const at = row * inputs;
      for (let column = 0; column <= row; column++) {
        rest[at + column] -= coupling * rest[lastRow + column];
      }
    }
    for (let row = 0; row < last; row++) rest[lastRow + row] /= variance;
  }
  return rest;
}
