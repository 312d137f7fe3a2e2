/** Time spent in each stage of a run. */

/** Milliseconds; `queueMs` is waiting for a turn and for memory, `modelLoadMs` fetching, checking and session creation. */
export interface EngineTimings {
  readonly queueMs: number;
  readonly modelLoadMs: number;
  readonly frontendMs: number;
  readonly layersMs: number;
}

/** Adds up the time of each stage. */
export interface Stopwatch {
  readonly totals: EngineTimings;
  add(stage: keyof EngineTimings, milliseconds: number): void;
  time<Result>(stage: keyof EngineTimings, work: () => Promise<Result>): Promise<Result>;
}

/** Creates a stopwatch at zero. */
export function createStopwatch(): Stopwatch {
  const totals = { queueMs: 0, modelLoadMs: 0, frontendMs: 0, layersMs: 0 };
  const add: Stopwatch["add"] = (stage, milliseconds) => {
    totals[stage] += milliseconds;
  };
  return {
    totals,
    add,
    async time(stage, work) {
      const start = performance.now();
      try {
        return await work();
      } finally {
        add(stage, performance.now() - start);
      }
    },
  };
}
