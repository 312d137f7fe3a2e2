/** The Server-Timing header: where the time of an answer went. */
import { type Cost, STAGES, WAITING_STAGES } from "../../telemetry/cost.ts";

const CLOCK_STANDS_STILL = 'clock;desc="stands still during computation"';
const CACHED = "cache;desc=hit";

const COLD = "isolate;desc=cold";

/** What is known of an answer beside its cost. */
export interface AnswerTime {
  /** From the request until the answer was ready. */
  readonly totalMs: number;
  /** True if an isolate was started for it. */
  readonly isCold: boolean;
  /** False where the clock stands still during computation. */
  readonly clockAdvances: boolean;
}

/**
 * The stages of a computed answer in milliseconds, or of another one what it waited for, the whole time until the answer was
 * ready, and what was not in memory. Where the clock does not advance during computation, nothing is said of the stages that
 * compute, and the header says why.
 */
export function serverTiming(cost: Cost, { totalMs, isCold, clockAdvances }: AnswerTime): string {
  const stages = STAGES.filter((stage) => {
    if (cost.computations === 0 && stage !== "store") return cost.stageMs[stage] > 0;
    return clockAdvances || WAITING_STAGES.includes(stage);
  });
  return [
    ...(cost.computations === 0 && cost.isKept ? [CACHED] : []),
    ...stages.map((stage) => duration(stage, cost.stageMs[stage])),
    duration("total", totalMs),
    ...(isCold ? [COLD] : []),
    ...(cost.memory === null ? [] : [weights(cost.memory.readWeightBytes)]),
    ...(clockAdvances ? [] : [CLOCK_STANDS_STILL]),
  ].join(", ");
}

function weights(readBytes: number): string {
  return `weights;desc="${readBytes} bytes read"`;
}

function duration(name: string, milliseconds: number): string {
  return `${name};dur=${milliseconds.toFixed(1)}`;
}
