/** Keeps the consumers of a SQLite queue and the sweep going, in a process of one's own. */
import type { QueueName } from "../queue/messages.ts";
import { beginNext, type Consumer, type ConsumerRules, type QueueParts } from "../queue/sqlite.ts";
import { pause } from "./pause.ts";

/** The parts of a poller. */
export interface PollerParts extends QueueParts {
  readonly rules: ConsumerRules;
  readonly consumer: Consumer;
  /** Messages of a queue that are worked on at once. */
  readonly concurrency: Readonly<Record<QueueName, number>>;
  sweep(): Promise<void>;
  /** Told of errors that nobody else hears of; the poller goes on. */
  reportError(error: unknown): void;
}

/** A poller at work. */
export interface Poller {
  /**
   * Takes no further messages and settles once those under way are done; from `deadline` on they are given back, and
   * another process may take them at once.
   */
  stop(deadline?: AbortSignal): Promise<void>;
}

const IDLE_MS = 200;
const FAILED_MS = 2000;
const SWEEP_INTERVAL_MS = 60_000;

/** Starts consuming: first the sweep, for whatever an earlier process left, then message after message. */
export function startPoller(parts: PollerParts): Poller {
  const stopping = new AbortController();
  const givingBack = new AbortController();
  const keepGoing = async (step: () => Promise<number>) => {
    while (!stopping.signal.aborted) {
      const pauseMs = await step().catch((error) => {
        parts.reportError(error);
        return FAILED_MS;
      });
      if (pauseMs > 0) await pause(pauseMs, stopping.signal);
    }
  };
  const underWay = { work: new Set<Promise<void>>(), deliveries: new Set<Promise<void>>() };
  const consume = (queue: QueueName) => async () => {
    const begun = await beginNext(parts, queue, parts.rules, parts.consumer, givingBack.signal);
    if (begun === null) return IDLE_MS;
    const others = underWay[queue];
    const work = begun.settled.catch(parts.reportError).then(() => void others.delete(work));
    others.add(work);
    if (others.size >= parts.concurrency[queue]) await Promise.race(others);
    return 0;
  };
  const sweepOnce = async () => {
    await parts.sweep();
    return SWEEP_INTERVAL_MS;
  };
  const queues = (["work", "deliveries"] as const).filter((queue) => parts.concurrency[queue] > 0);
  const loops = [keepGoing(sweepOnce), ...queues.map((queue) => keepGoing(consume(queue)))];
  return {
    async stop(deadline) {
      stopping.abort();
      const giveBack = () => givingBack.abort();
      deadline?.addEventListener("abort", giveBack);
      if (deadline?.aborted) giveBack();
      await Promise.all(loops);
      await Promise.all([...underWay.work, ...underWay.deliveries]);
    },
  };
}
