/** Agglomerative clustering of speakers' embeddings: average linkage by cosine. */
import { breathe } from "../../../breathe.ts";
import { dot, l2Normalised } from "../vectors.ts";

/** An embedding of somebody who speaks in a window; two of one window are two speakers. */
export interface WindowVoice {
  readonly window: number;
  readonly embedding: Float32Array;
}

/** When clustering ends. */
export interface ClusterRules {
  /** Clusters are merged while the mean cosine between their embeddings reaches this. */
  readonly threshold: number;
  /** While there are more clusters, they are merged below it, too. */
  readonly mostClusters: number;
}

/** Numbers that are looked at before other work is let in: well under a millisecond of them. */
const NUMBERS_PER_BREATH = 500_000;

/** Two speakers of one window are never merged. */
const APART = -Infinity;

/**
 * The cluster of each voice, numbered in the order in which they first occur. Memory is n² float32 for n voices.
 * @param voices embeddings of equal size
 */
export async function clusterVoices(
  voices: readonly WindowVoice[],
  { threshold, mostClusters }: ClusterRules,
): Promise<number[]> {
  const count = voices.length;
  const cosines = await cosinesOf(voices);
  const owner = voices.map((_, index) => index);
  const sizes = voices.map(() => 1);
  const nearest = voices.map((_, index) => nearestOf(cosines, sizes, index));
  const cosineTo = (index: number) => {
    const other = nearest[index];
    return other === undefined ? APART : (cosines[index * count + other] as number);
  };
  let clusters = count;
  for (let seen = 0; clusters > 1; clusters--) {
    const one = alive(sizes).reduce((best, index) =>
      cosineTo(index) > cosineTo(best) ? index : best,
    );
    const cosine = cosineTo(one);
    if (cosine === APART || (cosine < threshold && clusters <= mostClusters)) break;
    const other = nearest[one] as number;
    mergeRows(cosines, sizes, one, other);
    for (const [voice, cluster] of owner.entries()) if (cluster === other) owner[voice] = one;
    for (const index of alive(sizes)) {
      const wasNearest = index === one || nearest[index] === one || nearest[index] === other;
      if (wasNearest) nearest[index] = nearestOf(cosines, sizes, index);
      seen += wasNearest ? count : 1;
    }
    if (seen < NUMBERS_PER_BREATH) continue;
    await breathe();
    seen = 0;
  }
  const numbers = new Map([...new Set(owner)].map((cluster, number) => [cluster, number]));
  return owner.map((cluster) => numbers.get(cluster) as number);
}

/** [voices, voices]. */
async function cosinesOf(voices: readonly WindowVoice[]): Promise<Float32Array> {
  const count = voices.length;
  const cosines = new Float32Array(count * count).fill(APART);
  const directions = voices.map(({ embedding }) => l2Normalised(embedding));
  let seen = 0;
  for (const [row, direction] of directions.entries()) {
    for (let column = 0; column < row; column++) {
      if (voices[row]?.window === voices[column]?.window) continue;
      const cosine = dot(direction, directions[column] as Float32Array);
      cosines[row * count + column] = cosine;
      cosines[column * count + row] = cosine;
    }
    seen += row * direction.length;
    if (seen < NUMBERS_PER_BREATH) continue;
    await breathe();
    seen = 0;
  }
  return cosines;
}

/** Indices of clusters that are not part of others. */
function alive(sizes: readonly number[]): number[] {
  return sizes.flatMap((size, index) => (size > 0 ? [index] : []));
}

/** The cluster that is most like another; undefined if all are apart from it. */
function nearestOf(
  cosines: Float32Array,
  sizes: readonly number[],
  index: number,
): number | undefined {
  let best: number | undefined;
  let most = APART;
  for (const [other, size] of sizes.entries()) {
    const cosine = cosines[index * sizes.length + other] as number;
    if (size === 0 || !(cosine > most)) continue;
    best = other;
    most = cosine;
  }
  return best;
}

/** Makes `other` part of `one`: the mean over all pairs is the mean of both means, by their sizes. */
function mergeRows(cosines: Float32Array, sizes: number[], one: number, other: number): void {
  const count = sizes.length;
  const [size, more] = [sizes[one] as number, sizes[other] as number];
  for (let index = 0; index < count; index++) {
    const [to, from] = [cosines[one * count + index], cosines[other * count + index]] as [
      number,
      number,
    ];
    const mean = index === one ? APART : (size * to + more * from) / (size + more);
    cosines[one * count + index] = mean;
    cosines[index * count + one] = mean;
  }
  sizes[one] = size + more;
  sizes[other] = 0;
}
