/**
 * A process that asks /healthz of the URL in its first argument every 10 ms, and tells the longest wait when it is told to.
 * Its other arguments are the ids of the server's processes.
 */
import { Agent, get } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { queuedMs } from "./scheduling.ts";

/** Latencies and failures of /healthz. */
export interface Health {
  readonly longestMs: number;
  /** The same without the time in which the system ran others than the server's main threads and this process. */
  readonly longestOwnMs: number;
  readonly answered: number;
  /** Number of refused or lost connections. */
  readonly failed: number;
}

const INTERVAL_MS = 10;

const [, , address, ...serverPids] = process.argv;
const url = new URL("/healthz", address);
const agent = new Agent({ keepAlive: true });
let longestMs = 0;
let longestOwnMs = 0;
let answered = 0;
let failed = 0;
let asked: { readonly atMs: number; readonly queuedMs: number } | null = null;

process.on("message", () => {
  // A question that is not answered yet has waited, too.
  addWait();
  const health: Health = { longestMs, longestOwnMs, answered, failed };
  process.send?.(health, () => process.exit());
});
process.on("disconnect", () => process.exit());

// The first connection takes longer.
await ask().catch(() => {});
process.send?.("ready");
for (;;) {
  asked = { atMs: performance.now(), queuedMs: allQueuedMs() };
  try {
    await ask();
    answered++;
    addWait();
  } catch {
    failed++;
  }
  asked = null;
  await pause(INTERVAL_MS);
}

function addWait(): void {
  if (asked === null) return;
  const waitedMs = performance.now() - asked.atMs;
  longestMs = Math.max(longestMs, waitedMs);
  longestOwnMs = Math.max(longestOwnMs, waitedMs - (allQueuedMs() - asked.queuedMs));
}

function allQueuedMs(): number {
  return [...serverPids, "self"].reduce((sum, pid) => sum + queuedMs(pid), 0);
}

function ask(): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent }, (response) => response.resume().on("end", resolve));
    request.on("error", reject);
  });
}
