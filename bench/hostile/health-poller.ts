/** A process that asks /healthz of the URL in its argument every 10 ms, and tells the longest wait when it is told to. */
import { Agent, get } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

/** Latencies and failures of /healthz. */
export interface Health {
  readonly longestMs: number;
  readonly answered: number;
  /** Number of refused or lost connections. */
  readonly failed: number;
}

const INTERVAL_MS = 10;

const url = new URL("/healthz", process.argv[2]);
const agent = new Agent({ keepAlive: true });
let longestMs = 0;
let answered = 0;
let failed = 0;
let askedMs: number | null = null;

process.on("message", () => {
  // A question that is not answered yet has waited, too.
  const waitedMs = askedMs === null ? 0 : performance.now() - askedMs;
  const health: Health = { longestMs: Math.max(longestMs, waitedMs), answered, failed };
  process.send?.(health, () => process.exit());
});
process.on("disconnect", () => process.exit());

// The first connection takes longer.
await ask().catch(() => {});
process.send?.("ready");
for (;;) {
  askedMs = performance.now();
  try {
    await ask();
    answered++;
    longestMs = Math.max(longestMs, performance.now() - askedMs);
  } catch {
    failed++;
  }
  askedMs = null;
  await pause(INTERVAL_MS);
}

function ask(): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent }, (response) => response.resume().on("end", resolve));
    request.on("error", reject);
  });
}
