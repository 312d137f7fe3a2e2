/** What a Node server provides: packs in a directory, engines in threads of their own, logs as JSON lines. */
import { nodeCodecs } from "../audio/codecs/modules-node.ts";
import { packRegistry } from "../model/registry.ts";
import { filesystemStore } from "../store/filesystem.ts";
import { availableCores } from "./node-cores.ts";
import { startEngineThread, startNodeEngines } from "./node-engines.ts";
import { type NodeSettings, shareCores } from "./node-settings.ts";
import type { LogEntry, Platform } from "./platform.ts";

/** The platform of one process. */
export interface NodePlatform extends Platform {
  /** Clips computed at once, and threads for each. */
  readonly engines: number;
  readonly threads: number;
  /** Ends the engines' threads. */
  close(): Promise<void>;
}

/** Makes the platform of this process and starts its engines; packs are read when they are asked for. */
export function nodePlatform(settings: NodeSettings): NodePlatform {
  const { packsDirectory, maxQueue, defaultModel } = settings;
  const { engines, threads } = shareCores(availableCores(), settings.workers);
  const limits = {
    memoryBudgetBytes: settings.memoryBudgetBytes,
    windowSeconds: settings.windowSeconds,
    maxQueue,
  };
  const started = startNodeEngines({
    engines,
    maxQueue,
    startThread: () => startEngineThread({ packsDirectory, limits, threads }),
    log,
  });
  return {
    runtime: "node",
    settings,
    models: packRegistry(filesystemStore(packsDirectory), defaultModel, async (pack) =>
      started.open(pack),
    ),
    codecs: nodeCodecs(),
    clockAdvancesDuringComputation: true,
    log,
    engines,
    threads,
    close: started.close,
  };
}

/** Writes one line of JSON to standard output. */
export function log(entry: LogEntry): void {
  console.log(JSON.stringify(entry));
}
