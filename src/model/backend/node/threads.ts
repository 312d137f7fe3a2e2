/** Starts threads for kernels in Node. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { StartKernelThread } from "../kernels/threads/pool.ts";

const SCRIPT = new URL("./kernel-thread.ts", import.meta.url);

/** Starts a worker thread that keeps no process alive once it is ready. */
export const startNodeKernelThread: StartKernelThread = (task) => {
  const worker = new Worker(SCRIPT, { workerData: task, name: "undertone-kernels" });
  const ready = once(worker, "message").then(() => worker.unref());
  return {
    ready: ready.then(() => {}),
    async stop() {
      await worker.terminate();
    },
  };
};
