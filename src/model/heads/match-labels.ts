/** Speakers of two windows that have some frames in common. */
import type { Matrix } from "../matrix.ts";
import { sigmoid } from "./scores.ts";

/** Of more labels not all orders are tried. */
const MOST_PERMUTED = 6;

/**
 * The order of `other`'s columns that agrees best with those of `one`: column i of `one` is column `order[i]` of `other`. It
 * minimizes the squared distance of probabilities over all rows; where orders are equally good, as over silence, columns stay.
 * @param one logits [rows, labels], and `other` the same of the same frames
 */
export function matchLabels(one: Matrix, other: Matrix): number[] {
  const labels = one.columns;
  const distances = labelDistances(one, other);
  const costOf = (order: readonly number[]) =>
    order.reduce((sum, to, from) => sum + (distances[from * labels + to] as number), 0);
  const identity = Array.from({ length: labels }, (_, label) => label);
  const orders =
    labels <= MOST_PERMUTED ? permutations(identity) : [identity, greedy(distances, labels)];
  return orders.reduce((best, order) => (costOf(order) < costOf(best) ? order : best), identity);
}

/** [labels of one, labels of the other]: the squared distance of their probabilities, summed over rows. */
function labelDistances(one: Matrix, other: Matrix): Float64Array {
  const { rows, columns } = one;
  const [first, second] = [one, other].map(({ data }) => sigmoid(data.subarray(0, rows * columns)));
  const distances = new Float64Array(columns * columns);
  for (let row = 0; row < rows; row++) {
    for (let from = 0; from < columns; from++) {
      for (let to = 0; to < columns; to++) {
        const distance =
          (first?.[row * columns + from] as number) - (second?.[row * columns + to] as number);
        distances[from * columns + to] = (distances[from * columns + to] as number) + distance ** 2;
      }
    }
  }
  return distances;
}

function permutations(items: readonly number[]): number[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}

/** Pairs in the order of their distance, each label once. */
function greedy(distances: Float64Array, labels: number): number[] {
  const order = new Array<number>(labels).fill(-1);
  const pairs = Array.from(distances, (distance, at) => ({ distance, at }));
  for (const { at } of pairs.sort((a, b) => a.distance - b.distance)) {
    const [from, to] = [Math.floor(at / labels), at % labels];
    if (order[from] === -1 && !order.includes(to)) order[from] = to;
  }
  return order;
}
