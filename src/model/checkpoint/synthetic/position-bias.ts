/** A synthetic relative position embedding: each head prefers near frames, in its own way. */

import type { SyntheticTensor } from "./fills.ts";
import { bellShaped, uniform } from "./random.ts";

const NOISE = 0.3;

/**
 * [buckets, heads]: falls from 0 towards −`depth` with distance d as d / (d + `halfway`), less on one side than on
 * the other by `slant`. The first half of the buckets is for keys up to the query, the second for those after it.
 */
export function positionBias({ model, name, shape }: SyntheticTensor): Float32Array {
  const [bucketCount = 0, headCount = 0] = shape;
  const seed = `${model} ${name}`;
  const depth = uniform(`${seed} depth`, headCount).map((value) => 2 + 2 * value);
  const halfway = uniform(`${seed} halfway`, headCount).map((value) => 22 + 18 * value);
  const slant = uniform(`${seed} slant`, headCount).map((value) => value / 2);
  const noise = bellShaped(`${seed} noise`, bucketCount * headCount);
  return noise.map((value, index) => {
    const head = index % headCount;
    const bucket = Math.floor(index / headCount);
    const isAfter = bucket >= bucketCount / 2;
    const distance = isAfter ? bucket - bucketCount / 2 : bucket;
    const side = 1 + (isAfter ? 1 : -1) * (slant[head] ?? 0);
    return (
      NOISE * value - ((depth[head] ?? 0) * side * distance) / (distance + (halfway[head] ?? 0))
    );
  });
}
