/** One thread with an engine in it, as the thread that serves requests sees it. */

import type { Worker } from "node:worker_threads";
import { errorOf } from "../../../failure.ts";
import type { LogEntry } from "../../../log.ts";
import type { ChoiceEvent, KnownChoice } from "../../../model/backend/choice.ts";
import type { BackendReport } from "../../../model/backend/report.ts";
import type { RunOptions } from "../../../model/engine/engine.ts";
import type { Taps } from "../../../model/engine/taps/taps.ts";
import type { InstalledPack } from "../../../model/pack/registry.ts";
import type { EngineProbe, ProbeEngine } from "../../../model/probe/engine-probe.ts";
import { watchThread } from "../thread-life.ts";
import type { EngineAnswer, EngineReply, EngineRequest, EngineWork } from "./messages.ts";

/** Something to compute. */
export interface EngineTask extends Omit<RunOptions, "quiet"> {
  readonly pack: InstalledPack;
  readonly work: EngineWork;
  readonly taps: Taps;
}

/** An engine in another thread. */
export interface RemoteEngine {
  /**
   * Computes a clip there, a window, or a head over all windows.
   * @throws UndertoneError what `Engine` throws, and `engine-crashed` if the thread ends before it is done.
   */
  run<Answer extends EngineAnswer>(task: EngineTask): Promise<Answer>;
  /**
   * Probes the engine there.
   * @throws UndertoneError what `ProbeEngine` throws, and `engine-crashed`.
   */
  readonly probe: ProbeEngine;
  /** Tells it what another engine has chosen, if it waits for that; `null` lets it choose itself. */
  follow(known: KnownChoice | null): void;
  /** The backend that it chose first; fails if a forced backend cannot be used. */
  readonly chosen: Promise<BackendReport>;
  /** Has the thread give up what it does and end; if it does not, ends it. */
  stop(): Promise<void>;
}

/** Events for the owner of the thread. */
export interface EngineEvents {
  /** Something happened that belongs into the log. */
  log(entry: LogEntry): void;
  /** A backend was chosen, lost or taken up again. */
  backend(event: ChoiceEvent, report: BackendReport): void;
  /** The thread ended though nobody had stopped it. */
  crash(reason: string): void;
}

interface Pending {
  readonly report?: RunOptions["report"];
  resolve(result: EngineAnswer | EngineProbe): void;
  reject(error: Error): void;
}

/** A request to a thread, before it has a number. */
type Question = { readonly kind: "probe" } | ({ readonly kind: "run" } & EngineTask);

/** The most milliseconds that a thread may take to end by itself. */
const CLOSING_MS = 3_000;

/** Takes charge of a thread that runs engines/thread.ts. */
export function remoteEngine(worker: Worker, events: EngineEvents): RemoteEngine {
  const pending = new Map<number, Pending>();
  let lastId = 0;
  const choice = Promise.withResolvers<BackendReport>();
  // Not everybody waits for it.
  choice.promise.catch(() => {});

  worker.on("message", (reply: EngineReply) => {
    if (reply.kind === "log") return events.log(reply.entry);
    if (reply.kind === "unusable") return choice.reject(errorOf(reply.failure));
    if (reply.kind === "backend") {
      events.backend(reply.event, reply.report);
      return choice.resolve(reply.report);
    }
    const waiting = pending.get(reply.id);
    if (reply.kind === "progress") waiting?.report?.(reply.layersDone, reply.layersTotal);
    else if (reply.kind === "result") waiting?.resolve(reply.result);
    else if (reply.kind === "probed") waiting?.resolve(reply.probe);
    else waiting?.reject(errorOf(reply.failure));
  });
  const life = watchThread(worker, "The computation", {
    ended(error) {
      for (const { reject } of pending.values()) reject(error);
      choice.reject(error);
    },
    crashed: events.crash,
  });

  const ask = async <Answer extends EngineAnswer | EngineProbe>(
    question: Question,
    signal: AbortSignal | undefined,
    report?: RunOptions["report"],
  ): Promise<Answer> => {
    life.requireAlive();
    const id = ++lastId;
    const post = (request: EngineRequest) => worker.postMessage(request);
    const abort = () => post({ kind: "abort", id });
    try {
      return await new Promise<Answer>((resolve, reject) => {
        // The thread answers a question with what it asks for.
        pending.set(id, { report, resolve: resolve as Pending["resolve"], reject });
        post({ ...question, id });
        signal?.addEventListener("abort", abort, { once: true });
        if (signal?.aborted) abort();
      });
    } finally {
      pending.delete(id);
      signal?.removeEventListener("abort", abort);
    }
  };

  return {
    follow(known) {
      worker.postMessage({ kind: "follow", known } satisfies EngineRequest);
    },
    chosen: choice.promise,
    run: ({ signal, report, ...task }) => ask({ kind: "run", ...task }, signal, report),
    probe: (signal) => ask<EngineProbe>({ kind: "probe" }, signal),
    stop: () =>
      life.stop(() => worker.postMessage({ kind: "close" } satisfies EngineRequest), CLOSING_MS),
  };
}
