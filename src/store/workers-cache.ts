/**
 * A tier that reads immutable blobs through Workers Cache: an entrypoint of the Worker itself, whose answers Cloudflare keeps in
 * front of it, in two tiers and on workers.dev too. Only its documentation says so
 * (https://developers.cloudflare.com/workers/cache/): nothing local caches, so whatever does not come as it should is read from
 * the store behind.
 */
import { UndertoneError } from "../errors.ts";
import { getInto, type ReusedMemory } from "../reused-memory.ts";
import { deleteAll } from "./delete-all.ts";
import { checkKey } from "./keys.ts";
import { readStream } from "./read-stream.ts";
import type { Store } from "./store.ts";

/** The entrypoint, as `exports` of `cloudflare:workers` has it. */
export interface BlobEntrypoint {
  fetch(url: string): Promise<Response>;
}

/** The part of an R2 binding that the entrypoint reads. */
export interface BlobSource {
  get(key: string): Promise<{ readonly size: number; readonly body: ReadableStream } | null>;
}

/** Host names are not part of the cache's keys; this one can never exist (RFC 6761). */
const ADDRESS = "https://blobs.invalid/";
const PROBES = "self-test/";

/** Tells the entrypoint's own answers from those of whatever else there may be. */
const MEDIA_TYPE = "application/vnd.undertone.blob";

/** Answers requests of the tier: the blobs of `source` below `prefix`, and different bytes at each probe. */
export async function answerBlob(
  request: Request,
  source: BlobSource,
  prefix: string,
): Promise<Response> {
  const key = new URL(request.url).pathname.slice(1);
  if (request.method !== "GET") return new Response(null, { status: 405, headers: UNCACHED });
  if (key.startsWith(PROBES)) {
    return blobResponse(crypto.getRandomValues(new Uint8Array(16)), 16, "public, max-age=60");
  }
  const blob = key.startsWith(prefix) ? await source.get(checkKey(key)) : null;
  if (blob === null) return new Response(null, { status: 404, headers: UNCACHED });
  return blobResponse(blob.body, blob.size, "public, max-age=31536000, immutable");
}

/** Otherwise Workers Cache keeps an answer of 404 for three minutes. */
const UNCACHED = { "Cache-Control": "no-store" };

function blobResponse(body: BodyInit, bytes: number, cacheControl: string): Response {
  return new Response(body, {
    headers: {
      "Content-Type": MEDIA_TYPE,
      "Content-Length": String(bytes),
      "Cache-Control": cacheControl,
    },
  });
}

/** Puts the entrypoint before `store` for reads of keys below `prefix`. What it does not answer in full, `store` is asked for. */
export function withWorkersCache<Behind extends Store>(
  store: Behind,
  entrypoint: BlobEntrypoint,
  prefix: string,
): Behind {
  /** What the cache may have in another state than the store: it is read past the cache. */
  const passed = new Set<string>();
  const pass = (key: string): void => {
    if (key.startsWith(prefix)) passed.add(key);
  };
  const read = async (key: string, memory?: ReusedMemory) => {
    const isTiered = checkKey(key).startsWith(prefix) && !passed.has(key);
    const bytes = isTiered ? await readBlob(entrypoint, key, memory) : null;
    return bytes ?? (await getInto(store, key, memory));
  };
  return {
    ...store,
    name: `workers-cache+${store.name}`,
    get: (key) => read(key),
    getInto: read,
    async put(key, bytes) {
      pass(key);
      await store.put(key, bytes);
    },
    async delete(key) {
      pass(key);
      await store.delete(key);
    },
    async deleteMany(keys) {
      for (const key of keys) pass(key);
      await deleteAll(store, keys);
    },
    async evict(key) {
      pass(key);
      await store.evict?.(key);
    },
  };
}

/** True if a second request gets the answer to the first one: Workers Cache is there. */
export async function workersCacheRoundTrip(entrypoint: BlobEntrypoint): Promise<boolean> {
  const key = PROBES + crypto.randomUUID();
  const first = await readBlob(entrypoint, key);
  if (first === null) throw new UndertoneError("internal", "the entrypoint does not answer");
  const second = await readBlob(entrypoint, key);
  return second?.every((byte, index) => byte === first[index]) ?? false;
}

/** A blob by the entrypoint; null for whatever is not a whole blob. */
async function readBlob(
  entrypoint: BlobEntrypoint,
  key: string,
  memory?: ReusedMemory,
): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const response = await entrypoint.fetch(ADDRESS + key);
    const length = response.headers.get("Content-Length");
    const isBlob = response.ok && response.headers.get("Content-Type") === MEDIA_TYPE;
    if (isBlob && length !== null && response.body !== null) {
      return await readStream(response.body, Number(length), memory);
    }
    await response.body?.cancel();
  } catch {
    // The store behind says what is wrong, if anything is.
  }
  return null;
}
