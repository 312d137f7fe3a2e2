/** How long the system let a process wait for a processor. */
import { readFileSync } from "node:fs";

/**
 * Milliseconds that the main thread of a process was ready to run and did not, since it began (Linux,
 * Documentation/scheduler/sched-stats.rst); 0 where that cannot be read.
 */
export function queuedMs(pid: string): number {
  try {
    const [, waitedNs] = readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ");
    return Number(waitedNs) / 1e6;
  } catch {
    return 0;
  }
}
