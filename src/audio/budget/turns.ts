/** Turns among the clips that one thread decodes: whoever has worked least goes on first, so that short clips pass long ones. */
import { breathe } from "../../breathe.ts";

/**
 * Settles when it is one's turn, after other work has been let in.
 * @param busyMs how long the clip has worked so far, in milliseconds
 */
export type GiveWay = (busyMs: number) => Promise<void>;

interface Waiting {
  readonly busyMs: number;
  readonly sinceMs: number;
  go(): void;
}

/** Begins with nobody waiting. A clip is owed the time that it has waited, so that a long one goes on, too. */
export function createTurns(now = () => performance.now()): GiveWay {
  const waiting: Waiting[] = [];

  const next = () => {
    const nowMs = now();
    const rank = ({ busyMs, sinceMs }: Waiting) => busyMs - (nowMs - sinceMs);
    const first = waiting.reduce((best, one) => (rank(one) < rank(best) ? one : best));
    waiting.splice(waiting.indexOf(first), 1);
    if (waiting.length > 0) void breathe().then(next);
    first.go();
  };

  return (busyMs) =>
    new Promise((go) => {
      waiting.push({ busyMs, sinceMs: now(), go });
      if (waiting.length === 1) void breathe().then(next);
    });
}
