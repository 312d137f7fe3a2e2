/** One computation at a time on one heap, a few waiting, the rest refused. */
import { createSemaphore } from "./semaphore.ts";

/** Weights of one pack that can be given up. */
export interface HeldWeights {
  /** Gives up all of them; the next run reads them again. */
  release(): void;
}

/** Runs computations one after another. */
export interface ComputationQueue {
  /**
   * Runs `work` when its turn comes; before it, the weights of every other pack are released, unless `weights` is null: then
   * they stay.
   * @throws UndertoneError `queue-full` if the queue is full, `request-aborted` if `signal` is aborted while it waits.
   */
  run<Result>(
    weights: HeldWeights | null,
    signal: AbortSignal | undefined,
    work: () => Promise<Result>,
  ): Promise<Result>;
}

/** Creates a queue in which at most `maxWaiting` computations wait while one runs. */
export function computationQueue(maxWaiting: number): ComputationQueue {
  const semaphore = createSemaphore(1, maxWaiting);
  let active: HeldWeights | undefined;
  return {
    async run(weights, signal, work) {
      const endTurn = await semaphore.take(signal);
      try {
        if (weights !== null && active !== weights) {
          active?.release();
          active = weights;
        }
        return await work();
      } finally {
        endTurn();
      }
    },
  };
}
