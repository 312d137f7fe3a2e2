/** The platform of Cloudflare Workers: R2 behind the colo's cache, D1, Queues, logs as JSON lines. */
import { waitUntil } from "cloudflare:workers";
import type { Pieces } from "../../audio/bytes/source.ts";
import { workerdCodecs } from "../../audio/codecs/wasm/workerd.ts";
import { type ClipRequest, prepareClip } from "../../audio/prepare.ts";
import { createSecretBox } from "../../crypto/secret-box.ts";
import { portableSha256 } from "../../crypto/sha256.ts";
import { d1Database } from "../../database/d1.ts";
import { UndertoneError } from "../../errors.ts";
import { cloudflareRateLimiter } from "../../keys/rate-limit.ts";
import { createLedger } from "../../ledger.ts";
import type { BackendName, BackendReport } from "../../model/backend/report.ts";
import { workerSend } from "../../outbound/send-worker.ts";
import { cloudflareQueue } from "../../queue/cloudflare.ts";
import { cacheRoundTrip, countCacheWrites, RESULT_PARTS } from "../../store/edge-cache.ts";
import { r2ObjectBucket } from "../../store/object-bucket.ts";
import { r2Store } from "../../store/r2.ts";
import { workersCacheRoundTrip } from "../../store/workers-cache.ts";
import { analyticsMetrics } from "../../telemetry/analytics-engine.ts";
import { NO_METRICS } from "../../telemetry/metrics.ts";
import { analyticsRequests } from "../../telemetry/regions/analytics.ts";
import { createTelemetry, type Telemetry } from "../../telemetry/telemetry.ts";
import type { CacheTier } from "../inspection.ts";
import { meterParts } from "../metered.ts";
import { tellOutages } from "../outages.ts";
import type { Platform } from "../platform.ts";
import { readSettings, type Settings } from "../settings.ts";
import { traceService } from "../traced.ts";
import { openTracer } from "../traces.ts";
import { datasetOf, readAnalytics } from "./analytics.ts";
import type { CloudflareBindings } from "./bindings.ts";
import { cacheTier, cacheUrls, coloCache } from "./colo-cache.ts";
import { decodeInTurns } from "./decoding-turns.ts";
import type { OpenEngines } from "./engines/engines.ts";
import { isolateLife } from "./isolate-life.ts";
import { log } from "./log.ts";
import { blobEntrypoint, openPacks } from "./pack-storage.ts";
import { coloOf, placeOf } from "./place.ts";

/** A Worker's request may make 10,000 subrequests, statements of the database and reads of keys among them. */
const MAX_PART_READS = 9_000;

/** The platform of one isolate. */
export interface CloudflarePlatform extends Platform {
  /** Does ahead what the first clip would wait for; a failure is logged, and met again by that clip. */
  prepare(): Promise<void>;
  /** To be called when a request, a message or a cron run begins. */
  noteEvent(): void;
}

/**
 * Makes the platform of one isolate; nothing is read before it is asked for.
 * @throws UndertoneError `internal` naming a malformed variable, with another backend than WASM forced, or what a missing binding is to be.
 */
export function cloudflarePlatform(
  bindings: CloudflareBindings,
  openEngines: OpenEngines,
): CloudflarePlatform {
  const settings = readSettings(bindings);
  if (settings.backend !== null && settings.backend !== "wasm") throw wasmOnly(settings.backend);
  const isLocal = bindings.UNDERTONE_LOCAL === "1";
  const urlRules = { allowPrivate: isLocal && settings.allowPrivateUrls };
  const ledger = createLedger(settings.memoryBudgetBytes);
  const codecs = workerdCodecs();
  const life = isolateLife(bindings);
  const telemetry = openTelemetry(bindings, settings);
  const cached = cacheTier(settings.publicOrigin, countCacheWrites(ledger, 1), telemetry);
  const packs = openPacks(bindings.PACKS, cached, telemetry);
  const isolate = { storage: packs.storage, ledger, telemetry };
  const engines = openEngines(bindings, settings, isolate);
  const stored = traceService("r2", r2Store(bindings.FILES), telemetry);
  const services = {
    database: d1Database(bindings.DB),
    ...(bindings.KEYS !== undefined && { sharedKeys: d1Database(bindings.KEYS) }),
    // A colo's cache belongs to no jurisdiction.
    files: bindings.JURISDICTION
      ? stored
      : cached(stored, { ...RESULT_PARTS, maxAgeSeconds: settings.resultTtlMs / 1000 }),
    queue: cloudflareQueue({ work: bindings.WORK, deliveries: bindings.DELIVERIES }),
    limiter: cloudflareRateLimiter(bindings.RATE_LIMIT, Date.now),
  };
  const parts = {
    ...tellOutages(services, log),
    models: engines.models,
    prepareClip: decodeInTurns(
      (pieces: Pieces, request: ClipRequest) => prepareClip(pieces, { ...request, codecs }),
      DECODING,
    ),
  };
  return {
    runtime: "workerd",
    settings,
    packs: packs.storage,
    backendReport: () => WASM_ONLY,
    ledger,
    ...meterParts(parts, telemetry),
    telemetry,
    regions: analyticsRequests({
      region: settings.region,
      dataset: datasetOf(bindings),
      reader: readAnalytics(bindings),
      log,
    }),
    metricsPage: null,
    bucket: r2ObjectBucket(bindings.AUDIO),
    send: workerSend(urlRules),
    urlRules,
    isOpen: isLocal && bindings.UNDERTONE_OPEN === "1",
    coloOf,
    addressOf: (request) => request.headers.get("CF-Connecting-IP"),
    piecesOf: () => null,
    clockAdvancesDuringComputation: isLocal,
    maxPartReads: MAX_PART_READS,
    log,
    now: Date.now,
    startSha256: portableSha256,
    keepAlive: waitUntil,
    secrets: createSecretBox(settings.secretKeys),
    inspection: {
      probeEngine: engines.probe,
      heapNeeds: engines.heapNeeds,
      packSource: packs.bucket,
      caches: [
        {
          name: "Cache API",
          roundTrip: () => cacheRoundTrip(coloCache(), cacheUrls(settings.publicOrigin).urlPrefix),
          advice:
            "Results come from R2 each time, and so do weights without Workers Cache. The Cache API works on a custom domain and not on workers.dev: see docs/deploying.md.",
        },
        // Nothing but Cloudflare itself caches in front of entrypoints.
        ...(isLocal ? [] : [WORKERS_CACHE]),
      ],
      life: life.read,
      placeOf,
    },
    noteEvent: life.noteEvent,
    prepare: () => life.timeStart(engines.prepare),
  };
}

function openTelemetry(bindings: CloudflareBindings, settings: Settings): Telemetry {
  const dataset = datasetOf(bindings);
  const metrics = dataset === null ? NO_METRICS : analyticsMetrics(dataset);
  const version = bindings.VERSION?.id ?? null;
  const { traces, region } = settings;
  const service = { runtime: "workerd", traces, region, version, metrics, log };
  return createTelemetry(metrics, openTracer({ ...service, keepAlive: waitUntil }));
}

/** Of four decoders at once, each in a slice of its own, all have ended within the time of one computation. */
const DECODING = { atOnce: 4, maxWaiting: 256 };

const WORKERS_CACHE: CacheTier = {
  name: "Workers Cache",
  roundTrip: () => workersCacheRoundTrip(blobEntrypoint),
  advice:
    "A colo that has not read a weight before reads it from R2: wrangler.toml's [cache] and [exports] have to be deployed as they are.",
};

/** workerd has no GPU to look for. */
const WASM_ONLY: BackendReport = {
  backend: "wasm",
  threads: 1,
  adapter: null,
  setAside: [],
  losses: 0,
};

function wasmOnly(forced: BackendName): UndertoneError {
  return new UndertoneError(
    "internal",
    `UNDERTONE_BACKEND is ${forced}, and Workers compute in WASM alone: unset it.`,
  );
}
