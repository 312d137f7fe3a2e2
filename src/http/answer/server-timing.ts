/** The Server-Timing header: the time of each stage of an answer. */
import type { StageTimings } from "../../results/computed.ts";

const CLOCK_STANDS_STILL = 'clock;desc="stands still during computation"';

/** The header of an answer that was not computed. */
export const CACHED = "cache;desc=hit";

/**
 * The stages in milliseconds. Where the clock does not advance during computation there is nothing true to say about
 * them, so the header says that instead.
 */
export function serverTiming(timings: StageTimings, clockAdvances: boolean): string {
  if (!clockAdvances) return CLOCK_STANDS_STILL;
  const stages: [string, number][] = [
    ["decode", timings.decodeMs],
    ["resample", timings.resampleMs],
    ["model-load", timings.modelLoadMs],
    ["frontend", timings.frontendMs],
    ["layers", timings.layersMs],
  ];
  return stages
    .map(([stage, milliseconds]) => `${stage};dur=${milliseconds.toFixed(1)}`)
    .join(", ");
}
