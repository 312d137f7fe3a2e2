/** One computation at a time on one heap, a few waiting, the rest refused. */
import { UndertoneError } from "../errors.ts";
import type { WeightResidency } from "./residency.ts";

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

/** How long a refused client should wait: about one computation of an ordinary clip. */
const RETRY_AFTER_SECONDS = 2;

/** Creates a queue in which at most `maxWaiting` computations wait while one runs. */
export function computationQueue(maxWaiting: number): ComputationQueue {
  const waiting: (() => void)[] = [];
  let isRunning = false;
  let active: HeldWeights | undefined;

  const leave = () => {
    const next = waiting.shift();
    if (next === undefined) isRunning = false;
    else next();
  };

  const enter = (signal: AbortSignal | undefined): Promise<void> => {
    if (!isRunning) {
      isRunning = true;
      return Promise.resolve();
    }
    if (waiting.length >= maxWaiting) throw overloaded(maxWaiting);
    return new Promise((resolve, reject) => {
      const abort = () => {
        waiting.splice(waiting.indexOf(turn), 1);
        reject(requestAborted());
      };
      const turn = () => {
        signal?.removeEventListener("abort", abort);
        resolve();
      };
      waiting.push(turn);
      signal?.addEventListener("abort", abort, { once: true });
    });
  };

  return {
    async run(residency, signal, work) {
      if (signal?.aborted) throw requestAborted();
      await enter(signal);
      try {
        if (active !== residency) active?.allow(0);
        active = residency;
        return await work();
      } finally {
        leave();
      }
    },
  };
}

/** The error of a computation that nobody waits for any more. */
export function requestAborted(): UndertoneError {
  return new UndertoneError(
    "request-aborted",
    "The client closed the request; the computation was stopped.",
  );
}

function overloaded(maxWaiting: number): UndertoneError {
  return new UndertoneError(
    "overloaded",
    `One clip is being computed and ${maxWaiting} wait already: send this one again in ${RETRY_AFTER_SECONDS} s.`,
    { retryAfterSeconds: RETRY_AFTER_SECONDS },
  );
}
