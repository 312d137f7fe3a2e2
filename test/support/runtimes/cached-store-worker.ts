/** A Worker that serves one store, R2 behind the colo's cache, so that a test can drive it from outside. */
import type { ExecutionContext } from "@cloudflare/workers-types";
import { type EdgeCache, PACK_BLOBS, withEdgeCache } from "../../../src/store/edge-cache.ts";
import { r2Store } from "../../../src/store/r2.ts";
import { serveStore } from "./serve-store.ts";

export default {
  fetch(request: Request, env: { PACKS: unknown }, context: ExecutionContext): Promise<Response> {
    const cache = (caches as unknown as { default: EdgeCache }).default;
    const store = withEdgeCache(r2Store(env.PACKS), cache, {
      ...PACK_BLOBS,
      keepAlive: (work) => context.waitUntil(work),
    });
    return serveStore(store, request);
  },
};
