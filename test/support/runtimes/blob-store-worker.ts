/** A Worker that serves R2 behind its own entrypoint for blobs, so that a test can drive it from outside. */
import { exports } from "cloudflare:workers";
import { PACK_BLOBS } from "../../../src/store/edge-cache.ts";
import { r2Store } from "../../../src/store/r2.ts";
import type { Store } from "../../../src/store/store.ts";
import {
  type BlobEntrypoint,
  withWorkersCache,
  workersCacheRoundTrip,
} from "../../../src/store/workers-cache.ts";
import { serveStore } from "./serve-store.ts";

export { Blobs } from "../../../functions/blobs.ts";

/** Requests that reached the entrypoint. */
let reached = 0;

const entrypoint: BlobEntrypoint = {
  fetch(url) {
    reached++;
    return exports.Blobs.fetch(url);
  },
};

/** In front of it, what documentation says that Workers Cache does: it keeps answers by path, unless they say `no-store`. */
const kept = new Map<string, { bytes: ArrayBuffer; headers: [string, string][] }>();
const cached: BlobEntrypoint = {
  async fetch(url) {
    const { pathname } = new URL(url);
    const known = kept.get(pathname);
    if (known !== undefined) return new Response(known.bytes, { headers: known.headers });
    const response = await entrypoint.fetch(url);
    if (response.headers.get("Cache-Control") === "no-store") return response;
    const [bytes, headers] = [await response.arrayBuffer(), [...response.headers]];
    kept.set(pathname, { bytes, headers: headers as [string, string][] });
    return new Response(bytes, { headers: response.headers });
  },
};

/** Whatever was not answered in full is missing, so that no test mistakes the bucket for the entrypoint. */
const nothing: Store = {
  name: "nothing",
  get: async () => null,
  put: async () => {},
  delete: async () => {},
  list: async () => [],
};

/** The folders of the Worker's address, each with a store of its own. */
const stores = new Map<string, Store>();

function openStore(folder: string, bucket: unknown): Store {
  if (folder === "/alone/") return withWorkersCache(nothing, entrypoint, PACK_BLOBS.prefix);
  const front = folder === "/cached/" ? cached : entrypoint;
  return withWorkersCache(r2Store(bucket), front, PACK_BLOBS.prefix);
}

export default {
  async fetch(request: Request, env: { PACKS: unknown }): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/reached") return Response.json(reached);
    if (pathname === "/round-trips") {
      const trips = [entrypoint, cached].map(workersCacheRoundTrip);
      return Response.json(await Promise.all(trips));
    }
    const store = stores.get(pathname) ?? openStore(pathname, env.PACKS);
    stores.set(pathname, store);
    return serveStore(store, request);
  },
};
