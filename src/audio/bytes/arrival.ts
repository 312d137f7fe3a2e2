/** Separates the time that bytes take to arrive from the time that is spent on them. */
import type { Pieces } from "./source.ts";

/** Pieces on their way. */
export interface Arrival {
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Milliseconds that have been spent waiting for pieces. */
  waitedMs(): number;
}

/** The same pieces, with the wait for each of them added up by a clock in milliseconds. */
export function timedArrival(pieces: Pieces, now = () => performance.now()): Arrival {
  let waitedMs = 0;
  const timed = async function* () {
    let sinceMs = now();
    for await (const piece of pieces) {
      waitedMs += now() - sinceMs;
      yield piece;
      sinceMs = now();
    }
  };
  return { pieces: timed(), waitedMs: () => waitedMs };
}
