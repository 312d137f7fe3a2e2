/** A worker of a browser that computes kernels; browser/threads.ts starts it. */
import { serveKernels } from "../kernels/threads/pool.ts";

globalThis.addEventListener(
  "message",
  ({ data }) => void serveKernels(data, () => postMessage("ready")),
  { once: true },
);
