/** What Cloudflare Workers provide: packs in R2 behind the colo's cache, logs as JSON lines, one WASM thread. */
import { waitUntil } from "cloudflare:workers";
import { workerdCodecs } from "../audio/codecs/modules-workerd.ts";
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
 * @throws UndertoneError `internal` naming a malformed variable, or without the R2 binding `PACKS`.
 */
export function cloudflarePlatform(bindings: CloudflareBindings): Platform {
  const settings = readSettings(bindings);
  const storage = singleFlight(withEdgeCache(r2Store(bindings.PACKS), coloCache(), waitUntil));
  return {
    runtime: "workerd",
    settings,
    models: createModelRegistry({
      storage,
      backend: once(() => createWorkerdBackend(settings.memoryBudgetBytes)),
      limits: settings,
      defaultModel: settings.defaultModel,
      reportDamage: (key, reason) => log({ level: "error", event: "blob-damaged", key, reason }),
    }),
    codecs: workerdCodecs(),
    clockAdvancesDuringComputation: Boolean(bindings.UNDERTONE_LOCAL),
    log,
  };
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
