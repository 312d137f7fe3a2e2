/** The cache of the colo, as a tier in front of stores. */
import { waitUntil } from "cloudflare:workers";
import {
  type CacheWrites,
  type EdgeCache,
  type EdgeCacheOptions,
  withEdgeCache,
} from "../../store/edge-cache.ts";
import type { Store } from "../../store/store.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import { traceCache } from "../traced.ts";

/** Puts the colo's cache before a store. */
export type CacheTier = <Behind extends Store>(store: Behind, options: EdgeCacheOptions) => Behind;

/** The tier of a service at `publicOrigin`; on workers.dev the cache keeps nothing, and is left out. */
export function cacheTier(
  publicOrigin: string,
  writes: CacheWrites,
  telemetry: Telemetry,
): CacheTier {
  return (store, options) => {
    if (publicOrigin.endsWith(".workers.dev")) return store;
    const urls = cacheUrls(publicOrigin);
    const cache = traceCache(coloCache(), telemetry);
    return withEdgeCache(store, cache, { ...options, ...urls, keepAlive: waitUntil, writes });
  };
}

/** URLs under the service's own host, where it is known. */
export function cacheUrls(publicOrigin: string): Pick<EdgeCacheOptions, "urlPrefix"> {
  return publicOrigin === "" ? {} : { urlPrefix: `${publicOrigin}/cache/` };
}

/** Workers have a cache that the web platform does not name. */
export function coloCache(): EdgeCache {
  return (caches as unknown as { readonly default: EdgeCache }).default;
}
