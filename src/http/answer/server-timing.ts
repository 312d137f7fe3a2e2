/** The Server-Timing header: where the time of an answer went. */
import { type Cost, STAGES, type Stage } from "../../telemetry/cost.ts";

const CLOCK_STANDS_STILL = 'clock;desc="stands still during computation"';
const CACHED = "cache;desc=hit";

/** Stages that wait for something: a clock that stands still during computation measures them all the same. */
const WAITING: readonly Stage[] = ["queue", "model-load", "store"];

/**
 * The stages of a computed answer in milliseconds, or of a kept one what it waited for, and the whole time until the answer
 * was ready; `null` for answers that neither computed nor looked for a result. Where the clock does not advance during
 * computation, nothing is said of the stages that compute, and the header says why.
 */
export function serverTiming(cost: Cost, totalMs: number, clockAdvances: boolean): string | null {
  if (cost.computations === 0 && !cost.isKept) return null;
  const stages = STAGES.filter((stage) => {
    if (cost.computations === 0 && stage !== "store") return cost.stageMs[stage] > 0;
    return clockAdvances || WAITING.includes(stage);
  });
  return [
    ...(cost.computations === 0 ? [CACHED] : []),
    ...stages.map((stage) => duration(stage, cost.stageMs[stage])),
    duration("total", totalMs),
    ...(clockAdvances ? [] : [CLOCK_STANDS_STILL]),
  ].join(", ");
}

function duration(name: string, milliseconds: number): string {
  return `${name};dur=${milliseconds.toFixed(1)}`;
}
