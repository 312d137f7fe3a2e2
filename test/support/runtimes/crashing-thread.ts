/** A thread in an engine's place that dies of its first clip, as one does that runs out of memory. */
import { parentPort } from "node:worker_threads";

parentPort?.on("message", () => {
  throw new Error("out of everything");
});
