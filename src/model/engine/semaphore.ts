/** A semaphore: a fixed number of clips at a time, a few waiting in order of arrival, the rest refused. */
import { UndertoneError } from "../../errors.ts";

/** Lets a fixed number of computations run at a time. */
export interface Semaphore {
  /**
   * Waits until a computation may run; gives the function to call at its end.
   * @throws UndertoneError `queue-full` if too many wait already, `request-aborted` if `signal` is aborted while it waits.
   */
  take(signal: AbortSignal | undefined): Promise<() => void>;
  /** The same for who has had its turn and given it up for a while: however many wait, it is not refused. */
  takeAgain(signal: AbortSignal | undefined): Promise<() => void>;
  /** Computations that run now, and those that wait. */
  load(): { readonly running: number; readonly waiting: number };
}

/** Seconds that a refused client should wait: about one computation of an ordinary clip. */
const RETRY_AFTER_SECONDS = 2;

/** Creates a semaphore for `atOnce` computations, with at most `maxWaiting` waiting. */
export function createSemaphore(atOnce: number, maxWaiting: number): Semaphore {
  const waiting: (() => void)[] = [];
  let taken = 0;

  const end = () => {
    const next = waiting.shift();
    if (next === undefined) taken--;
    else next();
  };

  const wait = (signal: AbortSignal | undefined): Promise<void> => {
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

  const takeAgain = async (signal: AbortSignal | undefined): Promise<() => void> => {
    if (signal?.aborted) throw requestAborted();
    if (taken < atOnce) taken++;
    else await wait(signal);
    return end;
  };

  return {
    async take(signal) {
      const isFull = taken >= atOnce && waiting.length >= maxWaiting;
      if (isFull && !signal?.aborted) throw queueFull(atOnce, maxWaiting);
      return await takeAgain(signal);
    },
    takeAgain,
    load: () => ({ running: taken, waiting: waiting.length }),
  };
}

/** The error of a computation that nobody waits for any more. */
export function requestAborted(): UndertoneError {
  return new UndertoneError(
    "request-aborted",
    "The client closed the request; the computation was stopped.",
  );
}

function queueFull(atOnce: number, maxWaiting: number): UndertoneError {
  const underWay = atOnce === 1 ? "One clip is" : `${atOnce} clips are`;
  return new UndertoneError(
    "queue-full",
    `${underWay} under way and ${maxWaiting} wait already: send this one again in ${RETRY_AFTER_SECONDS} s.`,
    { maxQueue: maxWaiting, retryAfterSeconds: RETRY_AFTER_SECONDS },
  );
}
