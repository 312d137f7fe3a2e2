/** What Cloudflare Workers provide: packs in R2 behind the colo's cache, logs as JSON lines, one WASM thread. */
import { waitUntil } from "cloudflare:workers";
import { UndertoneError } from "../errors.ts";
import type { BackendReport } from "../model/backend/choose.ts";
import { createWorkerdBackend } from "../model/backend/workerd.ts";
import { createModelRegistry } from "../model/registry.ts";
import { type EdgeCache, withEdgeCache } from "../store/edge-cache.ts";
import { r2Store } from "../store/r2.ts";
import { singleFlight } from "../store/single-flight.ts";
import type { LogEntry, Platform } from "./platform.ts";
import { readSettings } from "./settings.ts";

/** A Worker's bindings and variables, as wrangler.toml names them. */
export interface CloudflareBindings {
  readonly PACKS?: unknown;
  /** Set by `npm start`: this is workerd on a developer's machine, whose clock does run during computation. */
  readonly UNDERTONE_LOCAL?: unknown;
  readonly [variable: string]: unknown;
}

/**
 * Makes the platform of one isolate; nothing is read before it is asked for.
 * @throws UndertoneError `internal` naming a malformed variable, with a GPU forced, or without the R2 binding `PACKS`.
 */
export function cloudflarePlatform(bindings: CloudflareBindings): Platform {
  const settings = readSettings(bindings);
  if (settings.backend === "webgpu") throw noGpu();
  const storage = singleFlight(withEdgeCache(r2Store(bindings.PACKS), coloCache(), waitUntil));
  return {
    runtime: "workerd",
    settings,
    packs: storage,
    models: createModelRegistry({
      storage,
      backend: once(() => createWorkerdBackend(settings.memoryBudgetBytes)),
      limits: settings,
      defaultModel: settings.defaultModel,
      reportDamage: (key, reason) => log({ level: "error", event: "blob-damaged", key, reason }),
    }),
    backendReport: () => WASM_ONLY,
    clockAdvancesDuringComputation: Boolean(bindings.UNDERTONE_LOCAL),
    log,
  };
}

/** workerd has no GPU to look for. */
const WASM_ONLY: BackendReport = { backend: "wasm", adapter: null, setAside: [], losses: 0 };

function noGpu(): UndertoneError {
  return new UndertoneError(
    "internal",
    "UNDERTONE_BACKEND is webgpu, and Workers have no GPU: unset it.",
  );
}

/** Writes one line of JSON, which Workers Logs takes apart into fields. */
export function log(entry: LogEntry): void {
  console.log(JSON.stringify(entry));
}

/** Workers have a cache that the web platform does not name. */
function coloCache(): EdgeCache {
  return (caches as unknown as { readonly default: EdgeCache }).default;
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
