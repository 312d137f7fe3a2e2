/** A checkout's Worker in workerd, booted by a process of its own. */
import { once } from "node:events";
import type { Checkout } from "./checkout.ts";
import { ask, memoryOf, startScript } from "./processes.ts";
import type { Service } from "./service.ts";
import type { BootedIsolate } from "./workerd-booter.ts";

/** An isolate that is silent for so long hangs. */
const PATIENCE_MS = 10_000;

/** Boots it with an empty database and the checkout's pack. */
export async function startWorkerdService(checkout: Checkout): Promise<Service> {
  const booter = await startScript("workerd-booter.ts", [checkout.directory, checkout.packs]);
  const { url, pids } = await ask<BootedIsolate>(booter, {});
  const largest = (field: "residentBytes" | "peakBytes") =>
    Math.max(...pids.map((pid) => memoryOf(pid)[field]));
  return {
    runtime: "workerd",
    url,
    processIds: pids,
    isAlive: () => answers(url),
    residentBytes: () => largest("residentBytes"),
    peakBytes: () => largest("peakBytes"),
    // wrangler's proxy passes an answer that comes before the body has ended on as one of 500, or not at all.
    loggedAnswer: async () => (await ask<BootedIsolate>(booter, {})).answer,
    async stop() {
      const ended = once(booter, "exit");
      // An isolate that hangs would be waited for.
      for (const pid of pids) killIfThere(pid);
      booter.kill("SIGKILL");
      await ended;
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    return (await fetch(new URL("/healthz", url), { signal })).ok;
  } catch {
    return false;
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
