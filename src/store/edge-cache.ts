/** A tier that keeps immutable blobs in the Cache API of the colo, in front of a store. */
import { freeMemory } from "../bytes.ts";
import type { MemoryLedger } from "../ledger.ts";
import { getInto, type ReusedMemory } from "../reused-memory.ts";
import { deleteAll } from "./delete-all.ts";
import { checkKey } from "./keys.ts";
import { readStream } from "./read-stream.ts";
import type { Store } from "./store.ts";

/** The part of the Cache API that the tier uses. */
export type EdgeCache = Pick<Cache, "match" | "put" | "delete">;

/** This host can never exist (RFC 6761). */
const NOWHERE = "https://undertone.invalid/";

/** What is cached, and how. */
export interface EdgeCacheOptions {
  /** Only keys below it are cached, whose bytes never change. */
  readonly prefix: string;
  /** A year if left out. */
  readonly maxAgeSeconds?: number;
  /** What has more is not cached. */
  readonly maxBytes?: number;
  /**
   * What the URLs that stand for keys begin with. A host of the zone itself is best, if it is known
   * (https://developers.cloudflare.com/workers/runtime-apis/cache/); the Worker answers all requests for it.
   */
  readonly urlPrefix?: string;
  /** Receives writes that callers do not wait for (on Workers: `waitUntil`). */
  keepAlive?(work: Promise<void>): void;
  /** Those of all tiers together; as many as there are if left out. */
  readonly writes?: CacheWrites;
}

/** Writes that are pending. */
export interface CacheWrites {
  /** Begins one of so many bytes; gives what ends it, or `null` if there are too many or there is no memory that is free. */
  begin(bytes: number): (() => void) | null;
}

/** Lets `maxPending` writes be pending, which the ledger counts: each holds its bytes. */
export function countCacheWrites(ledger: MemoryLedger, maxPending: number): CacheWrites {
  const memory = ledger.open("cache-writes");
  let pending = 0;
  return {
    begin(bytes) {
      if (pending === maxPending || bytes > ledger.unheldBytes()) return null;
      pending++;
      memory.set(memory.bytes + bytes);
      return () => {
        pending--;
        memory.set(memory.bytes - bytes);
      };
    },
  };
}

/** Blobs of packs are named by their digests. */
export const PACK_BLOBS = { prefix: "blobs/" } as const;
/** Each result has a folder of its own, which nobody finds who does not find its row. Larger ones would push out weights. */
export const RESULT_PARTS = { prefix: "results/", maxBytes: 4 << 20 } as const;

/**
 * Puts the cache before `store` for keys below a prefix. What was read from the store is written to the cache while the caller
 * already has it; what finds too many writes pending is written when it is read the next time.
 */
export function withEdgeCache<Behind extends Store>(
  store: Behind,
  cache: EdgeCache,
  options: EdgeCacheOptions,
): Behind {
  const { prefix, maxAgeSeconds, maxBytes = Infinity, urlPrefix, keepAlive = () => {} } = options;
  const writes = new Map<string, Promise<void>>();
  const isCached = (key: string) => checkKey(key).startsWith(prefix);
  const urlOf = (key: string) => cacheUrl(key, urlPrefix);

  const fill = (key: string, bytes: Uint8Array<ArrayBuffer>, isReused: boolean) => {
    const end = options.writes === undefined ? () => {} : options.writes.begin(bytes.length);
    if (end === null) return;
    // Something else may be read into the caller's memory before this is written.
    const written = isReused ? bytes.slice() : bytes;
    const write = cache
      .put(urlOf(key), immutable(written, maxAgeSeconds))
      .then(() => {
        if (isReused) freeMemory(written);
      })
      // A cache that cannot take a blob costs time and nothing else.
      .catch(() => {})
      .finally(() => {
        writes.delete(key);
        end();
      });
    writes.set(key, write);
    keepAlive(write);
  };

  const evict = async (key: string) => {
    if (!isCached(key)) return;
    await writes.get(key)?.catch(() => {});
    await cache.delete(urlOf(key));
  };

  const read = async (key: string, memory?: ReusedMemory) => {
    if (!isCached(key)) return await getInto(store, key, memory);
    const cached = await cache.match(urlOf(key));
    if (cached !== undefined) return await bytesOf(cached, memory);
    const bytes = await getInto(store, key, memory);
    if (bytes !== null && bytes.length <= maxBytes) fill(key, bytes, memory !== undefined);
    return bytes;
  };

  return {
    ...store,
    name: `edge-cache+${store.name}`,
    get: (key) => read(key),
    getInto: read,
    async put(key, bytes) {
      await store.put(key, bytes);
      await evict(key);
    },
    async delete(key) {
      await store.delete(key);
      await evict(key);
    },
    async deleteMany(keys) {
      await deleteAll(store, keys);
      for (const key of keys) await evict(key);
    },
    async evict(key) {
      await evict(key);
      await store.evict?.(key);
    },
  };
}

/** Puts an entry, reads it back and deletes it; true if it came back as it was. */
export async function cacheRoundTrip(cache: EdgeCache, urlPrefix?: string): Promise<boolean> {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const url = cacheUrl(`self-test/${crypto.randomUUID()}`, urlPrefix);
  await cache.put(url, immutable(bytes));
  const found = await cache.match(url);
  const read = found === undefined ? null : await bytesOf(found);
  await cache.delete(url);
  return read?.every((byte, index) => byte === bytes[index]) ?? false;
}

async function bytesOf(
  response: Response,
  memory?: ReusedMemory,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const length = response.headers.get("Content-Length");
  if (length === null || response.body === null)
    return new Uint8Array(await response.arrayBuffer());
  return await readStream(response.body, Number(length), memory);
}

/** The URL that stands for a key in the Cache API, which wants URLs. */
export function cacheUrl(key: string, urlPrefix = NOWHERE): string {
  return urlPrefix + key;
}

const YEAR_SECONDS = 31_536_000;

function immutable(bytes: Uint8Array<ArrayBuffer>, maxAgeSeconds = YEAR_SECONDS): Response {
  return new Response(bytes, {
    headers: {
      "Content-Type": "application/octet-stream",
      "Cache-Control": `public, max-age=${maxAgeSeconds}, immutable`,
    },
  });
}
