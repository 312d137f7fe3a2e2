/** The engines of a Node server: a few threads, each computing one clip at a time. */
import { Worker } from "node:worker_threads";
import type { Engine } from "../model/engine.ts";
import type { InstalledPack } from "../model/registry.ts";
import { createTurns } from "../model/turns.ts";
import type { EngineSetup } from "./engine-messages.ts";
import { type RemoteEngine, remoteEngine } from "./node-engine.ts";
import type { LogEntry } from "./platform.ts";

const SCRIPT = new URL("./node-engine-thread.ts", import.meta.url);

/** What engines are made of. */
export interface NodeEnginesParts {
  /** Clips computed at once. */
  readonly engines: number;
  /** Clips that may wait beside them. */
  readonly maxQueue: number;
  /** Starts a thread that runs node-engine-thread.ts. */
  startThread(): Worker;
  log(entry: LogEntry): void;
}

/** Engines that packs are computed with. */
export interface NodeEngines {
  /** The engine of a pack; each run takes whichever thread is free. */
  open(pack: InstalledPack): Engine;
  /** Ends all threads. */
  close(): Promise<void>;
}

/** Starts a thread with an engine in it. */
export function startEngineThread(setup: EngineSetup): Worker {
  return new Worker(SCRIPT, { workerData: setup, name: "undertone-engine" });
}

/** Starts the engines. A thread that crashes is replaced when it is next needed. */
export function startNodeEngines(parts: NodeEnginesParts): NodeEngines {
  const { engines, maxQueue, startThread, log } = parts;
  const turns = createTurns(engines, maxQueue);
  const all = new Set<RemoteEngine>();

  const start = (): RemoteEngine => {
    const engine = remoteEngine(startThread(), {
      damage: (key, reason) => log({ level: "error", event: "blob-damaged", key, reason }),
      crash(reason) {
        log({ level: "error", event: "engine-crashed", reason });
        all.delete(engine);
        idle = idle.filter((other) => other !== engine);
      },
    });
    all.add(engine);
    return engine;
  };

  let idle = Array.from({ length: engines }, start);

  return {
    open: ({ manifest, packDigest }) => ({
      manifest,
      packDigest,
      async run(samples, taps, options = {}) {
        const endTurn = await turns.take(options.signal);
        const engine = idle.pop() ?? start();
        try {
          return await engine.run({ ...options, pack: { manifest, packDigest }, samples, taps });
        } finally {
          if (all.has(engine)) idle.push(engine);
          endTurn();
        }
      },
    }),
    async close() {
      await Promise.all([...all].map((engine) => engine.stop()));
    },
  };
}
