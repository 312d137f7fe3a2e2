/** Starts threads for kernels in a browser. */
import type { StartKernelThread } from "../kernels/threads/pool.ts";

/** As `scripts/build-browser.ts` names what browser/kernel-thread.ts is bundled into. */
const SCRIPT = "kernel-thread.js";

/** Starts workers of the script in the folder `assets`; they end with the worker that starts them. */
export function startBrowserKernelThread(assets: URL): StartKernelThread {
  return (task) => {
    const worker = new Worker(new URL(SCRIPT, assets), {
      type: "module",
      name: "undertone-kernels",
    });
    const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
    worker.addEventListener("message", () => resolve(), { once: true });
    worker.addEventListener("error", ({ message }) =>
      reject(new Error(`${SCRIPT} cannot be run (${message})`)),
    );
    worker.postMessage(task);
    return {
      ready,
      async stop() {
        worker.terminate();
      },
    };
  };
}
