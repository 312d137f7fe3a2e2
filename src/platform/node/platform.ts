/** The platform of a Node server: directories, SQLite, decoders and engines in threads of their own, logs as JSON lines. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createSecretBox } from "../../crypto/secret-box.ts";
import { openSqliteDatabase } from "../../database/sqlite.ts";
import { tokenBuckets } from "../../keys/rate-limit.ts";
import { createLedger } from "../../ledger.ts";
import type { LogEntry } from "../../log.ts";
import { logLine } from "../../log.ts";
import { heapNeedsWithin } from "../../model/engine/memory/plan.ts";
import { preferredPrecisions } from "../../model/pack/preferred-precisions.ts";
import { packRegistry } from "../../model/pack/registry.ts";
import { nodeSend } from "../../outbound/send-node.ts";
import { sqliteQueue } from "../../queue/sqlite.ts";
import { filesystemStore } from "../../store/filesystem.ts";
import { prometheusMetrics } from "../../telemetry/prometheus.ts";
import { recentRequests } from "../../telemetry/regions/recent.ts";
import { createTelemetry } from "../../telemetry/telemetry.ts";
import { meterParts } from "../metered.ts";
import { tellOutages, tellPackOutages } from "../outages.ts";
import type { Platform } from "../platform.ts";
import { openTracer } from "../traces.ts";
import { availableCores } from "./cores.ts";
import { startNodeDecoders } from "./decoders/decoders.ts";
import { startEngineThread, startNodeEngines } from "./engines/engines.ts";
import { secretKeysIn } from "./secret-keys.ts";
import { decodersFor, type NodeSettings, shareCores } from "./settings.ts";
import { nodeSha256 } from "./sha256.ts";

const MIGRATIONS = join(import.meta.dirname, "../../../migrations");

const { version: VERSION } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../package.json"), "utf8"),
) as { readonly version: string };

/** The platform of one process. */
export interface NodePlatform extends Platform {
  /** Clips computed at once, and threads for each. */
  readonly engines: number;
  readonly threads: number;
  /** To be called once the process can answer: that was its start. */
  noteListening(): void;
  /** @throws UndertoneError `internal` if `UNDERTONE_BACKEND` forces one that cannot be used. */
  requireBackend(): Promise<void>;
  /** Ends all threads and closes the database. */
  close(): Promise<void>;
}

/**
 * Makes the platform of this process, its database and its directories if they are missing, and starts its engines; packs are
 * read when they are asked for.
 * @throws Error with the system's words if `dataDirectory` cannot be written.
 */
export function nodePlatform(settings: NodeSettings): NodePlatform {
  const { packsDirectory, dataDirectory, maxQueue, defaultModel } = settings;
  mkdirSync(dataDirectory, { recursive: true });
  const packs = tellPackOutages(filesystemStore(packsDirectory), log);
  const { close, ...database } = openSqliteDatabase(
    join(dataDirectory, "undertone.sqlite"),
    MIGRATIONS,
  );
  const services = {
    database,
    files: filesystemStore(join(dataDirectory, "files")),
    queue: sqliteQueue({ database, now: Date.now }),
    limiter: tokenBuckets(Date.now),
  };
  const urlRules = { allowPrivate: settings.allowPrivateUrls };
  const { engines, threads } = shareCores(availableCores(), settings.workers);
  const limits = {
    memoryBudgetBytes: settings.memoryBudgetBytes,
    windowSeconds: settings.windowSeconds,
    maxQueue,
  };
  const started = startNodeEngines({
    engines,
    maxQueue,
    startThread: (isFollower) =>
      startEngineThread({
        packsDirectory,
        limits,
        threads,
        backend: settings.backend,
        // A forced backend is not timed: there is nothing to wait for.
        isFollower: isFollower && settings.backend === null,
      }),
    log,
  });
  const decoders = startNodeDecoders({ decoders: decodersFor(availableCores()), log });
  let startupMs: number | undefined;
  const metrics = prometheusMetrics();
  const { traces, region } = settings;
  const service = { runtime: "nodejs", traces, region, version: VERSION, metrics, log };
  const tracer = openTracer({ ...service, keepAlive: () => {} });
  const telemetry = createTelemetry(metrics, tracer);
  const parts = {
    ...tellOutages(services, log),
    prepareClip: decoders.prepare,
    models: packRegistry(
      {
        storage: packs,
        defaultModel,
        rememberMs: settings.rememberMs,
        reportDamage: (key, message) =>
          log({ level: "error", event: "blob-damaged", key, message }),
        preferredPrecisions: () => started.backend().then(preferredPrecisions, () => []),
      },
      async (pack) => started.open(pack),
    ),
  };
  return {
    runtime: "node",
    settings,
    packs,
    backendReport: () => started.backendNow(),
    requireBackend: async () => void (await started.backend()),
    ledger: createLedger(Number.POSITIVE_INFINITY),
    ...meterParts(parts, telemetry),
    telemetry,
    regions: recentRequests(region, Date.now),
    metricsPage: {
      contentType: metrics.contentType,
      isOpen: settings.metricsOpen,
      text: metrics.text,
    },
    load: started.load,
    bucket: null,
    send: nodeSend(urlRules),
    urlRules,
    isOpen: settings.isOpen,
    coloOf: () => null,
    addressOf: (request, bindings) => addressOf(request, bindings, settings.clientAddressHeader),
    piecesOf: (bindings) => (bindings as NodeBindings | undefined)?.incoming?.pieces ?? null,
    clockAdvancesDuringComputation: true,
    maxPartReads: Number.POSITIVE_INFINITY,
    log,
    now: Date.now,
    startSha256: nodeSha256,
    secrets: createSecretBox(secretKeysIn(dataDirectory, settings.secretKeys)),
    inspection: {
      probeEngine: started.probe,
      heapNeeds: heapNeedsWithin(settings),
      packSource: packs,
      caches: [],
      life: () => ({
        isCold: false,
        ageMs: performance.now(),
        startupMs: startupMs ?? null,
        version: VERSION,
      }),
      placeOf: () => ({ colo: null, country: null, continent: null }),
    },
    noteListening() {
      startupMs = performance.now();
    },
    keepAlive: (work) => void work.catch(logFailure),
    engines,
    threads,
    async close() {
      await Promise.all([started.close(), decoders.close(), tracer?.flush()]);
      close();
    },
  };
}

/** The bindings of a request: functions/joining-message.ts counts its pieces. */
interface NodeBindings {
  readonly incoming?: {
    readonly pieces?: number;
    readonly socket: { readonly remoteAddress?: string | undefined };
  };
}

/** The last address of the header is the one that the nearest proxy has added, and not the client. */
function addressOf(request: Request, bindings: unknown, header: string): string | null {
  if (header === "") {
    return (bindings as NodeBindings | undefined)?.incoming?.socket.remoteAddress ?? null;
  }
  return request.headers.get(header)?.split(",").at(-1)?.trim() ?? null;
}

/** Logs an error of work that nobody waits for. */
export function logFailure(error: unknown): void {
  log({ level: "error", event: "work-failed", message: String(error) });
}

/** Writes one line of JSON to standard output. */
export function log(entry: LogEntry): void {
  console.log(logLine(entry, Date.now()));
}
