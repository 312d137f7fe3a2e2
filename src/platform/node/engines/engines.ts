/** The engines of a Node server: a few threads, each computing one clip at a time. */
import { Worker } from "node:worker_threads";
import type { LogEntry } from "../../../log.ts";
import type { BackendReport } from "../../../model/backend/report.ts";
import type { Engine, RunOptions } from "../../../model/engine/engine.ts";
import { createSemaphore } from "../../../model/engine/semaphore.ts";
import type { Taps } from "../../../model/engine/taps/taps.ts";
import type { InstalledPack } from "../../../model/pack/registry.ts";
import type { ProbeEngine } from "../../../model/probe/engine-probe.ts";
import { type RemoteEngine, remoteEngine } from "./engine.ts";
import type { EngineAnswer, EngineSetup, EngineWork } from "./messages.ts";

const SCRIPT = new URL("./thread.ts", import.meta.url);

/** The parts of the engines. */
export interface NodeEnginesParts {
  /** Clips computed at once. */
  readonly engines: number;
  /** Clips that may wait beside them. */
  readonly maxQueue: number;
  /**
   * Starts a thread that runs engines/thread.ts.
   * @param isFollower whether it is told what another engine has chosen
   */
  startThread(isFollower: boolean): Worker;
  log(entry: LogEntry): void;
}

/** Engines that packs are computed with. */
export interface NodeEngines {
  /** The engine of a pack; each run takes whichever thread is free. */
  open(pack: InstalledPack): Engine;
  /** Probes the engine of whichever thread is free. */
  readonly probe: ProbeEngine;
  /**
   * What they compute with once it was chosen: `webgpu` and its adapter if any does, every reason, and all losses.
   * @throws UndertoneError `internal` if a forced backend cannot be used, `engine-crashed` if no thread lives to choose.
   */
  backend(): Promise<BackendReport>;
  /** The same as it is now; `null` before it was chosen. */
  backendNow(): BackendReport | null;
  /** Clips that are computed now, and those that wait for a thread. */
  load(): { readonly running: number; readonly waiting: number };
  /** Ends all threads. */
  close(): Promise<void>;
}

/** Starts a thread with an engine in it. */
export function startEngineThread(setup: EngineSetup): Worker {
  return new Worker(SCRIPT, { workerData: setup, name: "undertone-engine" });
}

/**
 * Starts the engines. One of them times the backends and the others follow its choice, so that a start takes the processor once, and
 * all compute with the same. A thread that crashes is replaced when it is next needed.
 */
export function startNodeEngines(parts: NodeEnginesParts): NodeEngines {
  const { engines, maxQueue, startThread, log } = parts;
  const semaphore = createSemaphore(engines, maxQueue);
  const all = new Set<RemoteEngine>();
  const reports = new Map<RemoteEngine, BackendReport>();

  /** Of the engine that chooses for all; `null` if none does, or did. */
  let first: Promise<BackendReport> | null = null;

  const start = (): RemoteEngine => {
    const engine = remoteEngine(startThread(first !== null), {
      log,
      backend(event, report) {
        log({ level: event.event === "device-lost" ? "error" : "info", ...event });
        reports.set(engine, report);
      },
      crash(message) {
        log({ level: "error", event: "engine-crashed", message });
        all.delete(engine);
        reports.delete(engine);
        idle = idle.filter((other) => other !== engine);
      },
    });
    all.add(engine);
    if (first === null) {
      first = engine.chosen;
      first.catch(() => {
        first = null;
      });
    } else {
      first.then(engine.follow, () => engine.follow(null));
    }
    return engine;
  };

  let idle = Array.from({ length: engines }, start);

  /** Has `work` done by the thread that is free first. */
  const inTurn = async <Result>(
    signal: AbortSignal | undefined,
    work: (engine: RemoteEngine, queueMs: number) => Promise<Result>,
  ): Promise<Result> => {
    const askedMs = performance.now();
    const endTurn = await semaphore.take(signal);
    const queueMs = performance.now() - askedMs;
    const engine = idle.pop() ?? start();
    try {
      return await work(engine, queueMs);
    } finally {
      if (all.has(engine)) idle.push(engine);
      endTurn();
    }
  };

  return {
    open(pack) {
      const { manifest, packDigest } = pack;
      const compute = <Answer extends EngineAnswer>(
        work: EngineWork,
        taps: Taps,
        options: Omit<RunOptions, "quiet">,
      ) =>
        inTurn(options.signal, async (engine, queueMs) => {
          const task = { ...options, pack: { manifest, packDigest }, work, taps };
          return addQueueTime(await engine.run<Answer>(task), queueMs);
        });
      return {
        manifest,
        packDigest,
        run: (samples, taps, { quiet, ...options } = {}) =>
          compute({ kind: "clip", samples, quiet }, taps, options),
        runWindow: (input, taps, { quiet: _, ...options } = {}) =>
          compute({ kind: "window", input }, taps, options),
        joinHeads: (parts, taps, options = {}) => compute({ kind: "heads", parts }, taps, options),
      };
    },
    probe: (signal) => inTurn(signal, (engine) => engine.probe(signal)),
    async backend() {
      const first = await Promise.any([...all].map(({ chosen }) => chosen)).catch(
        ({ errors }: AggregateError) => {
          throw errors[0] ?? new Error("no engine runs at this moment");
        },
      );
      return summary([...reports.values()]) ?? first;
    },
    backendNow: () => summary([...reports.values()]),
    load: semaphore.load,
    async close() {
      await Promise.all([...all].map((engine) => engine.stop()));
    },
  };
}

/** Adds to an answer's account the wait for a thread, which the thread knows nothing of. */
function addQueueTime<Answer extends EngineAnswer>(answer: Answer, queueMs: number): Answer {
  if (answer === null || !("timings" in answer)) return answer;
  const { timings } = answer;
  return { ...answer, timings: { ...timings, queueMs: timings.queueMs + queueMs } };
}

function summary(reports: readonly BackendReport[]): BackendReport | null {
  const best = reports.find(({ backend }) => backend !== "wasm") ?? reports[0];
  if (best === undefined) return null;
  const reasons = new Map(
    reports
      .flatMap(({ setAside }) => setAside)
      .map((aside) => [`${aside.backend}: ${aside.reason}`, aside]),
  );
  return {
    ...best,
    setAside: [...reasons.values()],
    losses: reports.reduce((sum, { losses }) => sum + losses, 0),
  };
}
