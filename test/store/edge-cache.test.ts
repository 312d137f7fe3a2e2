import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLedger } from "../../src/ledger.ts";
import type { EdgeCache } from "../../src/store/edge-cache.ts";
import {
  cacheUrl,
  countCacheWrites,
  PACK_BLOBS,
  withEdgeCache,
} from "../../src/store/edge-cache.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { describeStoreContract } from "../contract/store.ts";
import { bootRemoteStore } from "../support/runtimes/remote-store.ts";

const ABSENT = Array.from({ length: 2 }, () => ({ bytes: null, isOwn: false, isReused: false }));

const bootCachedStore = () => bootRemoteStore("cached-store-worker.ts");

describeStoreContract("the edge cache before R2, in workerd,", bootCachedStore);

describe("the edge cache, in workerd,", () => {
  let cached: Awaited<ReturnType<typeof bootCachedStore>>;
  beforeAll(async () => {
    cached = await bootCachedStore();
  });
  afterAll(() => cached?.dispose());

  it("answers a second read of a blob without the bucket", async () => {
    await cached.bucket.put("blobs/once", Uint8Array.of(1, 2, 3));
    await cached.store.get("blobs/once");
    await cached.bucket.delete("blobs/once");
    expect(await cached.store.get("blobs/once")).toEqual(Uint8Array.of(1, 2, 3));
  });

  it("reads into memory of the reader's, and writes to itself what was read, whatever becomes of that memory", async () => {
    await cached.bucket.put("blobs/into", Uint8Array.of(1, 2, 3));
    const bytes = [1, 2, 3];
    const reads = [
      { bytes, isOwn: true, isReused: false },
      { bytes, isOwn: true, isReused: true },
    ];
    expect(await cached.readTwice("blobs/into")).toEqual(reads);
    await cached.bucket.delete("blobs/into");
    expect(await cached.readTwice("blobs/into")).toEqual(reads);
    expect(await cached.readTwice("blobs/nowhere")).toEqual(ABSENT);
  });

  it("reads the bucket again after an eviction", async () => {
    await cached.bucket.put("blobs/evicted", Uint8Array.of(1));
    await cached.store.get("blobs/evicted");
    await cached.bucket.put("blobs/evicted", Uint8Array.of(2));
    expect(await cached.store.get("blobs/evicted")).toEqual(Uint8Array.of(1));
    await cached.store.evict?.("blobs/evicted");
    expect(await cached.store.get("blobs/evicted")).toEqual(Uint8Array.of(2));
  });

  it("reads the bucket again after many keys were deleted at once", async () => {
    const keys = ["blobs/doomed-1", "blobs/doomed-2", "packs/doomed/manifest.json"];
    for (const key of keys) {
      await cached.store.put(key, Uint8Array.of(1));
      for (let time = 0; time < 2; time++) await cached.store.get(key);
    }
    await cached.store.deleteMany?.(keys);
    for (const key of keys) expect(await cached.store.get(key)).toBeNull();
  });

  it("never caches a manifest, nor that a blob is missing", async () => {
    for (const key of ["packs/a/manifest.json", "blobs/late"]) {
      expect(await cached.store.get(key)).toBeNull();
      await cached.bucket.put(key, Uint8Array.of(1));
      expect(await cached.store.get(key)).toEqual(Uint8Array.of(1));
    }
    await cached.bucket.put("packs/a/manifest.json", Uint8Array.of(2));
    expect(await cached.store.get("packs/a/manifest.json")).toEqual(Uint8Array.of(2));
  });
});

it("reads on when the cache refuses to take a blob", async () => {
  const store = memoryStore();
  await store.put("blobs/a", Uint8Array.of(1));
  const full: EdgeCache = {
    match: async () => undefined,
    put: () => Promise.reject(new Error("full")),
    delete: async () => false,
  };
  const kept: Promise<void>[] = [];
  const cached = withEdgeCache(store, full, {
    ...PACK_BLOBS,
    keepAlive: (work) => void kept.push(work),
  });
  expect(await cached.get("blobs/a")).toEqual(Uint8Array.of(1));
  await expect(Promise.all(kept)).resolves.toHaveLength(1);
});

it("keeps what it was told to, under its own host, for as long as it was told to", async () => {
  const store = memoryStore();
  await store.put("results/small", Uint8Array.of(1));
  await store.put("results/large", new Uint8Array(5));
  await store.put("clips/other", Uint8Array.of(2));
  const put: [url: string, cacheControl: string | null][] = [];
  const cache: EdgeCache = {
    match: async () => undefined,
    put: async (url, response) =>
      void put.push([String(url), (response as Response).headers.get("Cache-Control")]),
    delete: async () => false,
  };
  const cached = withEdgeCache(store, cache, {
    prefix: "results/",
    maxBytes: 4,
    maxAgeSeconds: 60,
    urlPrefix: "https://undertone.example.com/cache/",
  });
  for (const key of ["results/small", "results/large", "clips/other"]) await cached.get(key);
  expect(put).toEqual([
    ["https://undertone.example.com/cache/results/small", "public, max-age=60, immutable"],
  ]);
  expect(await cached.page("", 10)).toHaveLength(3);
});

it("has one write pending, counts it, and writes nothing that there is no memory for", async () => {
  const store = memoryStore();
  for (const name of ["a", "b", "c"]) await store.put(`blobs/${name}`, new Uint8Array(600));
  const written: string[] = [];
  let finish = () => {};
  const slow: EdgeCache = {
    match: async () => undefined,
    put: (url) => {
      written.push(String(url));
      return new Promise((resolve) => {
        finish = resolve;
      });
    },
    delete: async () => false,
  };
  const ledger = createLedger(1000);
  const kept: Promise<void>[] = [];
  const cached = withEdgeCache(store, slow, {
    ...PACK_BLOBS,
    keepAlive: (work) => void kept.push(work),
    writes: countCacheWrites(ledger, 1),
  });
  await cached.get("blobs/a");
  await cached.get("blobs/b");
  expect(written).toEqual([cacheUrl("blobs/a")]);
  expect(ledger.heldByUse()["cache-writes"]).toBe(600);
  finish();
  await kept[0];
  expect(ledger.heldBytes()).toBe(0);
  ledger.open("bodies").hold(500);
  await cached.get("blobs/c");
  expect(written).toHaveLength(1);
});
