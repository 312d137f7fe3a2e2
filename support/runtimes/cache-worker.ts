/** A Worker beside the real one: it shares the colo's cache and lets a test reach into it. */
import { cacheUrl, type EdgeCache } from "../../src/store/edge-cache.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    const cache = (caches as unknown as { default: EdgeCache }).default;
    const url = cacheUrl(new URL(request.url).searchParams.get("key") ?? "");
    if (request.method === "PUT") {
      const headers = { "Cache-Control": "public, max-age=3600" };
      await cache.put(url, new Response(await request.arrayBuffer(), { headers }));
      return new Response();
    }
    return (await cache.match(url)) ?? new Response(null, { status: 404 });
  },
};
