/** Axes: from data to positions and to the round numbers beside them. */

/** An axis from `lowest` to `highest`. */
export interface Scale {
  /** Round values in ascending order, for grid lines. */
  readonly ticks: readonly number[];
  /** Position of a value: 0 at the axis' beginning, 1 at its end. */
  position(value: number): number;
  /** Label of a tick; the number itself if left out. */
  label?(tick: number): string;
}

const ROUND_STEPS = [1, 2, 5, 10];
const MOST_INTERVALS = 6;

/** An axis in equal steps from 0 to at least the largest value, or to 1 if none is above 0. */
export function linearScale(values: readonly number[]): Scale {
  const largest = Math.max(...values);
  const highest = largest > 0 ? largest : 1;
  const magnitude = 10 ** Math.floor(Math.log10(highest / MOST_INTERVALS));
  const step =
    magnitude * (ROUND_STEPS.find((round) => round * magnitude * MOST_INTERVALS >= highest) ?? 10);
  const intervals = Math.ceil(highest / step - 1e-9);
  const ticks = Array.from({ length: intervals + 1 }, (_, index) => roundOff(index * step));
  return { ticks, position: (value) => value / (intervals * step) };
}

/** An axis in equal steps from the smallest value to the largest, with these marks. */
export function spanScale(values: readonly number[], ticks: readonly number[]): Scale {
  const lowest = Math.min(...values);
  const highest = Math.max(...values);
  return { ticks, position: (value) => (value - lowest) / (highest - lowest) };
}

/** A logarithmic axis of positive values whose ticks are 1, 2 and 5 times powers of ten. */
export function logarithmicScale(values: readonly number[]): Scale {
  const lowest = Math.min(...values);
  const highest = Math.max(...values);
  const all: number[] = [];
  for (let power = Math.floor(Math.log10(lowest)); power <= Math.log10(highest) + 1; power++) {
    for (const round of ROUND_STEPS.slice(0, 3)) all.push(roundOff(round * 10 ** power));
  }
  const first = Math.max(
    0,
    all.findLastIndex((tick) => tick <= lowest),
  );
  const last = all.findIndex((tick) => tick >= highest && tick > all[first]);
  const ticks = all.slice(first, last + 1);
  const start = Math.log(ticks[0]);
  const length = Math.log(ticks[ticks.length - 1]) - start;
  return { ticks, position: (value) => (Math.log(value) - start) / length };
}

/** Drops what floating point added to a round number. */
function roundOff(value: number): number {
  return Number(value.toPrecision(6));
}
