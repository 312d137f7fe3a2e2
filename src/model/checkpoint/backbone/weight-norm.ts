/** Splits a positional convolution whose weight norm was merged into it, as `remove_weight_norm` leaves it. */
import type { WeightTensor } from "../checkpoint.ts";
import type { TensorFile } from "../files/tensor-file.ts";

/** As the hub names it, and as the original does. */
const MERGED = /^(?:.*\.)?encoder\.(?:pos_conv_embed\.conv|pos_conv\.0)\.weight$/;

/**
 * The same tensors, with `weight_g` and `weight_v` in place of each merged `weight` [channels, channels / groups, kernel]: the
 * norms over the first two dimensions, and the weight itself, whose product is the weight again.
 */
export function splitWeightNorm<File extends TensorFile>(file: File): File {
  const shapes = new Map<string, readonly number[]>();
  const merged = new Map<string, { readonly from: string; readonly split: Split }>();
  for (const [name, shape] of file.shapes) {
    if (!MERGED.test(name) || shape.length !== 3) {
      shapes.set(name, shape);
      continue;
    }
    merged.set(`${name}_g`, { from: name, split: norms });
    merged.set(`${name}_v`, { from: name, split: directions });
    shapes.set(`${name}_g`, [1, 1, shape[2]]);
    shapes.set(`${name}_v`, shape);
  }
  if (merged.size === 0) return file;
  return {
    ...file,
    shapes,
    read: async (name) => {
      const part = merged.get(name);
      return part === undefined ? file.read(name) : part.split(await file.read(part.from));
    },
  };
}

type Split = (weight: WeightTensor) => WeightTensor;

function norms({ shape, data }: WeightTensor): WeightTensor {
  const kernel = shape[2];
  const squares = new Float64Array(kernel);
  for (const [index, value] of data.entries()) squares[index % kernel] += value * value;
  return { shape: [1, 1, kernel], data: Float32Array.from(squares, Math.sqrt) };
}

/** A tap of zeros has the norm 0 and any direction but none. */
function directions(weight: WeightTensor): WeightTensor {
  const { data: lengths } = norms(weight);
  const kernel = lengths.length;
  const data = weight.data.map((value, index) => (lengths[index % kernel] === 0 ? 1 : value));
  return { shape: weight.shape, data };
}
