/** One computation at a time on one heap, a few waiting, the rest refused. */
import type { WeightResidency } from "./memory/residency.ts";
import { createTurns } from "./turns.ts";

/** Weights that can be dropped. */
type HeldWeights = Pick<WeightResidency, "allow">;

/** Runs computations one after another. */
export interface ComputationQueue {
  /**
   * Runs `work` when its turn comes; before it, the weights of every other residency are dropped.
   * @throws UndertoneError `overloaded` if the queue is full, `request-aborted` if `signal` is aborted while it waits.
   */
  run<Result>(
    residency: HeldWeights,
    signal: AbortSignal | undefined,
    work: () => Promise<Result>,
  ): Promise<Result>;
}

/** Creates a queue in which at most `maxWaiting` computations wait while one runs. */
export function computationQueue(maxWaiting: number): ComputationQueue {
  const turns = createTurns(1, maxWaiting);
  let active: HeldWeights | undefined;
  return {
    async run(residency, signal, work) {
      const endTurn = await turns.take(signal);
      try {
        if (active !== residency) active?.allow(0);
        active = residency;
        return await work();
      } finally {
        endTurn();
      }
    },
  };
}
