/** Every worker thread that a test starts, by whichever module. */
import { createRequire, syncBuiltinESMExports } from "node:module";
import type { Worker } from "node:worker_threads";

const builtIn = createRequire(import.meta.url)("node:worker_threads") as {
  Worker: typeof Worker;
};

/** Threads seen since `watchThreads` was called. */
export interface WatchedThreads {
  started(): number;
  /** Those that have not ended. */
  running(): number;
  release(): void;
}

/** Takes note of worker threads from now on. */
export function watchThreads(): WatchedThreads {
  const before = builtIn.Worker;
  const seen: Worker[] = [];
  builtIn.Worker = class extends before {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      seen.push(this);
    }
  };
  syncBuiltinESMExports();
  return {
    started: () => seen.length,
    // An ended thread has the id −1.
    running: () => seen.filter(({ threadId }) => threadId !== -1).length,
    release() {
      builtIn.Worker = before;
      syncBuiltinESMExports();
    },
  };
}
