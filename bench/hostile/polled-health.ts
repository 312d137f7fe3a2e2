/** Starts the process that polls the health of a service. */
import type { ChildProcess } from "node:child_process";
import { startScript } from "./processes.ts";
import type { Service } from "./service.ts";

/** Begins to ask; any message to the process is answered with a `Health`, and ends it. */
export function startHealthPoller({ url, processIds }: Service): Promise<ChildProcess> {
  return startScript("health-poller.ts", [url, ...processIds.map(String)]);
}
