/** The threads of onnxruntime's WASM build, which its glue starts as workers and never ends. */

/** Workers that were started, in Node or in a browser. */
export interface StartedWorkers {
  /** From now on workers are started unseen again. */
  release(): void;
  /** Ends those that were seen. */
  stop(): Promise<void>;
}

/** Records every worker that is started through the global `Worker`, which the glue sets itself in Node. */
export function watchWorkers(): StartedWorkers {
  const before = Object.getOwnPropertyDescriptor(globalThis, "Worker");
  const started: Worker[] = [];
  let workerClass = globalThis.Worker;
  Object.defineProperty(globalThis, "Worker", {
    configurable: true,
    get: () => workerClass,
    set(given: typeof Worker) {
      workerClass = noting(given, started);
    },
  });
  if (workerClass !== undefined) workerClass = noting(workerClass, started);
  return {
    release() {
      if (before === undefined) Reflect.deleteProperty(globalThis, "Worker");
      else Object.defineProperty(globalThis, "Worker", before);
    },
    async stop() {
      await Promise.all(started.map((worker) => worker.terminate()));
    },
  };
}

function noting(workerClass: typeof Worker, started: Worker[]): typeof Worker {
  return new Proxy(workerClass, {
    construct(target, args: ConstructorParameters<typeof Worker>) {
      const worker = new target(...args);
      started.push(worker);
      return worker;
    },
  });
}
