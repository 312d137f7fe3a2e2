/** How far a load run and its simulation may be apart by chance. */
import { percentile } from "../statistics.ts";
import type { SliceSeconds } from "./compare.ts";
import type { Random } from "./random.ts";

const SAMPLES = 500;
/** Of 95 %. */
const BOUNDS = [0.025, 0.975];

/**
 * How far the simulation may be apart from such a load run by chance: the bounds of 95 % of `simulated / measured - 1`, from
 * samples of the slices (bootstrap), which are independent of each other, as their clips are not.
 */
export function intervalOf(
  slices: readonly SliceSeconds[],
  figureOf: (seconds: readonly number[]) => number,
  random: Random,
): readonly [number, number] {
  const apart = Array.from({ length: SAMPLES }, () => {
    const sample = slices.map(() => slices[Math.floor(random() * slices.length)]);
    const measured = figureOf(sample.flatMap((slice) => slice.measured));
    return figureOf(sample.flatMap((slice) => slice.simulated)) / measured - 1;
  });
  const [low, high] = BOUNDS.map((share) => percentile(apart, share));
  return [low, high];
}
