/** The platform of Cloudflare Workers: R2 behind the colo's cache, D1, Queues, logs as JSON lines, one WASM thread. Long because all parts are put together here. */
import { waitUntil } from "cloudflare:workers";
import { workerdCodecs } from "../../audio/codecs/wasm/workerd.ts";
import { prepareClip } from "../../audio/prepare.ts";
import { createSecretBox } from "../../crypto/secret-box.ts";
import { portableSha256 } from "../../crypto/sha256.ts";
import { d1Database } from "../../database/d1.ts";
import { UndertoneError } from "../../errors.ts";
import { cloudflareRateLimiter } from "../../keys/rate-limit.ts";
import { createLedger } from "../../ledger.ts";
import type { LogEntry } from "../../log.ts";
import { logLine } from "../../log.ts";
import type { BackendReport } from "../../model/backend/report.ts";
import { createWorkerdBackend } from "../../model/backend/workerd/backend.ts";
import { countHeap } from "../../model/engine/memory/room.ts";
import { computationQueue } from "../../model/engine/queue.ts";
import { createModelRegistry } from "../../model/pack/registry.ts";
import { engineProbe } from "../../model/probe/engine-probe.ts";
import { once } from "../../once.ts";
import { workerSend } from "../../outbound/send-worker.ts";
import { cloudflareQueue } from "../../queue/cloudflare.ts";
import {
  type CacheWrites,
  cacheRoundTrip,
  countCacheWrites,
  type EdgeCache,
  type EdgeCacheOptions,
  PACK_BLOBS,
  RESULT_PARTS,
  withEdgeCache,
} from "../../store/edge-cache.ts";
import { r2ObjectBucket } from "../../store/object-bucket.ts";
import { r2Store } from "../../store/r2.ts";
import { singleFlight } from "../../store/single-flight.ts";
import type { Store } from "../../store/store.ts";
import type { Place } from "../inspection.ts";
import { tellOutages, tellPackOutages } from "../outages.ts";
import type { Platform } from "../platform.ts";
import { readSettings } from "../settings.ts";
import { decodeInTurns } from "./decoding-turns.ts";
import { isolateLife } from "./isolate-life.ts";

/** A Worker's bindings and variables, as wrangler.toml names them. */
export interface CloudflareBindings {
  readonly PACKS?: unknown;
  readonly DB?: unknown;
  readonly FILES?: unknown;
  readonly AUDIO?: unknown;
  readonly WORK?: unknown;
  readonly DELIVERIES?: unknown;
  readonly RATE_LIMIT?: unknown;
  /**
   * Set by `npm start`: this is workerd on a developer's machine, whose clock does run during computation, and where
   * ALLOW_PRIVATE_URLS is heeded.
   */
  readonly UNDERTONE_LOCAL?: unknown;
  /** Set by `npm start`: no key is needed on this machine; without UNDERTONE_LOCAL it means nothing. */
  readonly UNDERTONE_OPEN?: unknown;
  /** The deployed version. */
  readonly VERSION?: { readonly id?: string };
  readonly [variable: string]: unknown;
}

/** The platform of one isolate. */
export interface CloudflarePlatform extends Platform {
  /** Makes the heap of kernels before somebody waits for it; a failure is logged, and met again by the first clip. */
  prepare(): Promise<void>;
  /** To be called when a request, a message or a cron run begins. */
  noteEvent(): void;
}

/**
 * Makes the platform of one isolate; nothing is read before it is asked for.
 * @throws UndertoneError `internal` naming a malformed variable, with a GPU forced, or what a missing binding is to be.
 */
export function cloudflarePlatform(bindings: CloudflareBindings): CloudflarePlatform {
  const settings = readSettings(bindings);
  if (settings.backend === "webgpu") throw noGpu();
  const isLocal = bindings.UNDERTONE_LOCAL === "1";
  const urlRules = { allowPrivate: isLocal && settings.allowPrivateUrls };
  const ledger = createLedger(settings.memoryBudgetBytes);
  const backend = once(() => createWorkerdBackend(settings.memoryBudgetBytes));
  const queue = computationQueue(settings.maxQueue);
  const codecs = workerdCodecs();
  const bucket = tellPackOutages(r2Store(bindings.PACKS), log);
  const cached = cacheTier(settings.publicOrigin, countCacheWrites(ledger, 1));
  const storage = singleFlight(cached(bucket, PACK_BLOBS), waitUntil);
  const services = {
    database: d1Database(bindings.DB),
    files: cached(r2Store(bindings.FILES), {
      ...RESULT_PARTS,
      maxAgeSeconds: settings.resultTtlMs / 1000,
    }),
    queue: cloudflareQueue({ work: bindings.WORK, deliveries: bindings.DELIVERIES }),
    limiter: cloudflareRateLimiter(bindings.RATE_LIMIT, Date.now),
  };
  const life = isolateLife(bindings);
  return {
    runtime: "workerd",
    settings,
    packs: storage,
    models: createModelRegistry({
      storage,
      backend,
      queue,
      ledger,
      limits: settings,
      defaultModel: settings.defaultModel,
      rememberMs: settings.rememberMs,
      reportDamage: (key, message) => log({ level: "error", event: "blob-damaged", key, message }),
    }),
    backendReport: () => WASM_ONLY,
    ledger,
    prepareClip: decodeInTurns(
      (pieces, request) => prepareClip(pieces, { ...request, codecs }),
      DECODING,
    ),
    ...tellOutages(services, log),
    bucket: r2ObjectBucket(bindings.AUDIO),
    send: workerSend(urlRules),
    urlRules,
    isOpen: isLocal && bindings.UNDERTONE_OPEN === "1",
    coloOf,
    addressOf: (request) => request.headers.get("CF-Connecting-IP"),
    piecesOf: () => null,
    clockAdvancesDuringComputation: isLocal,
    log,
    now: Date.now,
    startSha256: portableSha256,
    keepAlive: waitUntil,
    secrets: createSecretBox(settings.secretKeys),
    inspection: {
      probeEngine: engineProbe(backend, queue),
      packSource: bucket,
      caches: [
        {
          name: "Cache API",
          roundTrip: () => cacheRoundTrip(coloCache(), cacheUrls(settings.publicOrigin).urlPrefix),
        },
      ],
      life: life.read,
      placeOf,
    },
    noteEvent: life.noteEvent,
    prepare: () =>
      life.timeStart(async () => {
        if (settings.skipWarmUp) return;
        await backend()
          .then(async (made) => {
            await made.prepare();
            countHeap(ledger, made);
          })
          .catch(logUnprepared);
      }),
  };
}

/** Of four decoders at once, each in a slice of its own, all have ended within the time of one computation. */
const DECODING = { atOnce: 4, maxWaiting: 256 };

/** workerd has no GPU to look for. */
const WASM_ONLY: BackendReport = {
  backend: "wasm",
  threads: 1,
  adapter: null,
  setAside: [],
  losses: 0,
};

function noGpu(): UndertoneError {
  return new UndertoneError(
    "internal",
    "UNDERTONE_BACKEND is webgpu, and Workers have no GPU: unset it.",
  );
}

function coloOf(request: Request): string | null {
  return placeOf(request).colo;
}

/** Of the properties that Cloudflare gives each request: https://developers.cloudflare.com/workers/runtime-apis/request/ */
function placeOf(request: Request): Place {
  const { cf = {} } = request as { readonly cf?: Readonly<Record<string, unknown>> };
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  return { colo: text(cf.colo), country: text(cf.country), continent: text(cf.continent) };
}

/** Writes one line of JSON, which Workers Logs takes apart into fields. */
export function log(entry: LogEntry): void {
  console.log(logLine(entry, Date.now()));
}

function logUnprepared(error: unknown): void {
  log({ level: "warn", event: "backend-unprepared", message: String(error) });
}

/** Puts the colo's cache before a store; on workers.dev it keeps nothing, and is left out. */
function cacheTier(publicOrigin: string, writes: CacheWrites) {
  return <Behind extends Store>(store: Behind, options: EdgeCacheOptions): Behind => {
    if (publicOrigin.endsWith(".workers.dev")) return store;
    const urls = cacheUrls(publicOrigin);
    const tier = { ...options, ...urls, keepAlive: waitUntil, writes };
    return withEdgeCache(store, coloCache(), tier);
  };
}

function cacheUrls(publicOrigin: string): Pick<EdgeCacheOptions, "urlPrefix"> {
  return publicOrigin === "" ? {} : { urlPrefix: `${publicOrigin}/cache/` };
}

/** Workers have a cache that the web platform does not name. */
function coloCache(): EdgeCache {
  return (caches as unknown as { readonly default: EdgeCache }).default;
}
