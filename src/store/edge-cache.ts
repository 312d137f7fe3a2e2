/** A tier that keeps immutable blobs in the Cache API of the colo, in front of a store. */
import { checkKey } from "./keys.ts";
import { readStream } from "./read-stream.ts";
import type { Store } from "./store.ts";

/** The part of the Cache API that the tier uses. */
export type EdgeCache = Pick<Cache, "match" | "put" | "delete">;

/** Only keys below it are immutable and therefore cached. */
const CACHED_PREFIX = "blobs/";
/** This host can never exist (RFC 6761). */
const KEY_ORIGIN = "https://undertone.invalid/";

/**
 * Puts the cache before `store` for keys below `blobs/`. A blob read from the store is written to the cache while the
 * caller already has it; `keepAlive` receives that write (on Workers: `waitUntil`).
 */
export function withEdgeCache(
  store: Store,
  cache: EdgeCache,
  keepAlive: (work: Promise<void>) => void = () => {},
): Store {
  const writes = new Map<string, Promise<void>>();

  const fill = (key: string, bytes: Uint8Array<ArrayBuffer>) => {
    // A cache that cannot take a blob costs time and nothing else.
    const write = cache
      .put(blobUrl(key), immutable(bytes))
      .catch(() => {})
      .finally(() => writes.delete(key));
    writes.set(key, write);
    keepAlive(write);
  };

  const evict = async (key: string) => {
    if (!isCached(key)) return;
    await writes.get(key)?.catch(() => {});
    await cache.delete(blobUrl(key));
  };

  return {
    name: `edge-cache+${store.name}`,
    async get(key) {
      if (!isCached(key)) return await store.get(key);
      const cached = await cache.match(blobUrl(key));
      if (cached !== undefined) return await bytesOf(cached);
      const bytes = await store.get(key);
      if (bytes !== null) fill(key, bytes);
      return bytes;
    },
    async put(key, bytes) {
      await store.put(key, bytes);
      await evict(key);
    },
    async delete(key) {
      await store.delete(key);
      await evict(key);
    },
    list: (prefix) => store.list(prefix),
    async evict(key) {
      await evict(key);
      await store.evict?.(key);
    },
  };
}

/** Puts an entry, reads it back and deletes it; true if it came back as it was. */
export async function cacheRoundTrip(cache: EdgeCache): Promise<boolean> {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const url = blobUrl(`self-test/${crypto.randomUUID()}`);
  await cache.put(url, immutable(bytes));
  const found = await cache.match(url);
  const read = found === undefined ? null : await bytesOf(found);
  await cache.delete(url);
  return read?.every((byte, index) => byte === bytes[index]) ?? false;
}

function isCached(key: string): boolean {
  return checkKey(key).startsWith(CACHED_PREFIX);
}

async function bytesOf(response: Response): Promise<Uint8Array<ArrayBuffer> | null> {
  const length = response.headers.get("Content-Length");
  if (length === null || response.body === null)
    return new Uint8Array(await response.arrayBuffer());
  return await readStream(response.body, Number(length));
}

/** The URL that stands for a key in the Cache API, which wants URLs. */
export function blobUrl(key: string): string {
  return KEY_ORIGIN + key;
}

function immutable(bytes: Uint8Array<ArrayBuffer>): Response {
  return new Response(bytes, {
    headers: {
      "Content-Type": "application/octet-stream",
      "Cache-Control": "public, max-age=31536000, immutable",
    },
  });
}
