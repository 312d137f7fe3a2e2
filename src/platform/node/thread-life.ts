/** The life of a worker thread, as its owner sees it. */
import type { Worker } from "node:worker_threads";
import { UndertoneError } from "../../errors.ts";

/** A thread that is being watched. */
export interface ThreadLife {
  /** @throws UndertoneError `engine-crashed` once the thread has ended. */
  requireAlive(): void;
  /**
   * Ends the thread.
   * @param ask asks it to end by itself; it is terminated if that takes longer than `patienceMs`
   */
  stop(ask?: () => void, patienceMs?: number): Promise<void>;
}

/** Events of a thread's end. */
export interface ThreadEvents {
  /** The work under way cannot be finished; `error` is for whoever waits for it. */
  ended(error: UndertoneError): void;
  /** It ended though nobody had stopped it. */
  crashed(reason: string): void;
}

/**
 * Watches a thread.
 * @param work of the thread, to begin a sentence: `Decoding`
 */
export function watchThread(worker: Worker, work: string, events: ThreadEvents): ThreadLife {
  let cause: unknown;
  let isStopped = false;
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  const crashed = () =>
    new UndertoneError(
      "engine-crashed",
      `${work} broke down and its thread is replaced: send the clip again.`,
      {},
      { cause },
    );

  worker.on("error", (error) => {
    cause = error;
  });
  worker.on("exit", (status) => {
    hasEnded = true;
    events.ended(crashed());
    if (!isStopped) events.crashed(cause === undefined ? `exit status ${status}` : String(cause));
  });

  return {
    requireAlive() {
      if (hasEnded) throw crashed();
    },
    async stop(ask, patienceMs = 0) {
      isStopped = true;
      if (hasEnded) return;
      if (ask === undefined) return void (await worker.terminate());
      ask();
      const late = setTimeout(() => void worker.terminate(), patienceMs);
      await ended;
      clearTimeout(late);
    },
  };
}
