/** A worker thread of Node that computes kernels; node/threads.ts starts it. */
import { parentPort, workerData } from "node:worker_threads";
import { serveKernels } from "../kernels/threads/pool.ts";

await serveKernels(workerData, () => parentPort?.postMessage("ready"));
