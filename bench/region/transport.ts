/** What of a clip's time is its way to the isolate's thread and back: other threads work then, or nobody. */
import { median } from "../statistics.ts";
import type { SendClip } from "./send-clip.ts";

/** Of a clip of each length. */
export interface Transport {
  readonly clipSeconds: number;
  readonly seconds: number;
}

/** As many as may be under way without one being refused. */
const AT_ONCE = 8;

/**
 * Sends clips of each length one after another, and as many at once, in turn: at once, the ways of all but one overlap with the
 * computing of others, and it takes so much less.
 */
export async function measureTransport(
  send: SendClip,
  lengths: readonly number[],
  rounds: number,
): Promise<Transport[]> {
  const transports: Transport[] = [];
  for (const clipSeconds of lengths) {
    const saved: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const inTurn = await timeOf(async () => {
        for (let index = 0; index < AT_ONCE; index++) await send(clipSeconds);
      });
      const atOnce = await timeOf(() =>
        Promise.all(Array.from({ length: AT_ONCE }, () => send(clipSeconds))),
      );
      saved.push((inTurn - atOnce) / (AT_ONCE - 1));
    }
    transports.push({ clipSeconds, seconds: Math.max(0, median(saved)) });
  }
  return transports;
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work();
  return (performance.now() - startMs) / 1000;
}
