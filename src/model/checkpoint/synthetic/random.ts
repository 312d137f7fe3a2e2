/** Random numbers that are the same bits on every machine: integers and exactly rounded arithmetic only. */

/** Mean of the sum of four uniform 16-bit integers. */
const SUM_MEAN = 2 * 0xffff;
/** Its standard deviation: √((2³² − 1) / 3). */
const SUM_DEVIATION = 37_837.22723720648;

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const WARM_UP_ROUNDS = 16;

/**
 * `count` independent numbers of mean 0 and variance 1 that depend on `seed` alone: sums of four uniforms, so close to
 * normal, and never beyond ±3.47.
 */
export function bellShaped(seed: string, count: number): Float32Array {
  const next = randomWords(seed);
  const values = new Float32Array(count);
  for (let index = 0; index < count; index++) {
    const first = next();
    const second = next();
    const sum = (first & 0xffff) + (first >>> 16) + (second & 0xffff) + (second >>> 16);
    values[index] = (sum - SUM_MEAN) / SUM_DEVIATION;
  }
  return values;
}

/** `count` independent numbers, uniform in [−1, 1), that depend on `seed` alone. */
export function uniform(seed: string, count: number): Float32Array {
  const next = randomWords(seed);
  return Float32Array.from({ length: count }, () => (next() >>> 8) / 0x800000 - 1);
}

/** Unsigned 32-bit words by sfc32 (Chris Doty-Humphrey's Small Fast Counting generator, from PractRand). */
function randomWords(seed: string): () => number {
  let a = fnv1a(seed, FNV_OFFSET);
  let b = fnv1a(seed, a);
  let c = fnv1a(seed, b);
  let counter = 1;
  const next = () => {
    const word = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + word) | 0;
    return word >>> 0;
  };
  for (let round = 0; round < WARM_UP_ROUNDS; round++) next();
  return next;
}

function fnv1a(text: string, start: number): number {
  let hash = start;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
  }
  return hash | 0;
}
