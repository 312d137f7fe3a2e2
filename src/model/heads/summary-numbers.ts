/** Sums over frames as they are sent between stages, whose messages carry float32. */
import type { FrameSummary } from "../engine/taps/pooling.ts";

/** Numbers of a summary of so many channels: the rows and three sums a channel, each float64 as two float32. */
export function summarySize(channels: number): number {
  return 2 * (1 + 3 * channels);
}

/** The same bits, seen as float32. */
export function summaryToNumbers({ rows, sums, squares, maxima }: FrameSummary): Float32Array {
  const values = Float64Array.of(rows, ...sums, ...squares, ...maxima);
  return new Float32Array(values.buffer);
}

/** The way back. */
export function summaryOfNumbers(numbers: Float32Array): FrameSummary {
  const values = new Float64Array(numbers.slice().buffer);
  const channels = (values.length - 1) / 3;
  const part = (index: number) => values.slice(1 + index * channels, 1 + (index + 1) * channels);
  return { rows: values[0] as number, sums: part(0), squares: part(1), maxima: part(2) };
}
