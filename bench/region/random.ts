/** Random numbers that a seed decides, so that a simulated day can be repeated. */

/** Gives numbers of [0, 1). */
export type Random = () => number;

/** A generator of 32 bits of state (Mulberry32): equal seeds give equal numbers. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An exponentially distributed number of this mean. */
export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random());
}

/** One of the values, each as likely as its weight. */
export function weighted<Value>(
  random: Random,
  choices: readonly { readonly value: Value; readonly weight: number }[],
): Value {
  let rest = random() * choices.reduce((sum, { weight }) => sum + weight, 0);
  for (const { value, weight } of choices) {
    rest -= weight;
    if (rest < 0) return value;
  }
  return choices[choices.length - 1].value;
}
