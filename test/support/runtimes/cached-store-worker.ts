/** A Worker that serves one store, R2 behind the colo's cache, so that a test can drive it from outside. */
import type { ExecutionContext } from "@cloudflare/workers-types";
import { type EdgeCache, PACK_BLOBS, withEdgeCache } from "../../../src/store/edge-cache.ts";
import { r2Store } from "../../../src/store/r2.ts";

export default {
  async fetch(
    request: Request,
    env: { PACKS: unknown },
    context: ExecutionContext,
  ): Promise<Response> {
    const cache = (caches as unknown as { default: EdgeCache }).default;
    const store = withEdgeCache(r2Store(env.PACKS), cache, {
      ...PACK_BLOBS,
      keepAlive: (work) => context.waitUntil(work),
    });
    const query = new URL(request.url).searchParams;
    const key = query.get("key") ?? "";
    try {
      switch (query.get("call")) {
        case "get": {
          const bytes = await store.get(key);
          return bytes === null ? new Response(null, { status: 404 }) : new Response(bytes);
        }
        case "put":
          await store.put(key, new Uint8Array(await request.arrayBuffer()));
          return new Response();
        case "delete":
          await store.delete(key);
          return new Response();
        case "evict":
          await store.evict?.(key);
          return new Response();
        default:
          return Response.json(await store.list(key));
      }
    } catch (error) {
      return new Response(String(error), { status: error instanceof RangeError ? 400 : 500 });
    }
  },
};
