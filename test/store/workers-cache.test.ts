import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PACK_BLOBS } from "../../src/store/edge-cache.ts";
import { memoryStore } from "../../src/store/memory.ts";
import {
  answerBlob,
  type BlobEntrypoint,
  withWorkersCache,
} from "../../src/store/workers-cache.ts";
import { describeStoreContract } from "../contract/store.ts";
import { bootRemoteStore, type RemoteStore } from "../support/runtimes/remote-store.ts";

const { prefix } = PACK_BLOBS;

const WORKER = "blob-store-worker.ts";

for (const [name, path] of [
  ["the entrypoint before R2, in workerd where nothing caches,", "/"],
  ["the entrypoint behind a cache as Workers Cache is documented, in workerd,", "/cached/"],
] as const) {
  describeStoreContract(name, () => bootRemoteStore(WORKER, path));
}

describe("the entrypoint before R2, in workerd,", () => {
  let remote: RemoteStore;
  beforeAll(async () => {
    remote = await bootRemoteStore(WORKER, "/");
  });
  afterAll(() => remote?.dispose());

  it.each(["blobs/into", "packs/into"])("reads %s into memory of the reader's", async (key) => {
    const bytes = [1, 2, 3];
    await remote.bucket.put(key, Uint8Array.from(bytes));
    const read = [
      { bytes, isOwn: true, isReused: false },
      { bytes, isOwn: true, isReused: true },
    ];
    expect(await remote.readTwice(key)).toEqual(read);
    // Then the bucket is read past the entrypoint.
    await remote.store.evict?.(key);
    expect(await remote.readTwice(key)).toEqual(read);
    await remote.store.delete(key);
    expect(await remote.readTwice(key)).toEqual(
      read.map(() => ({ bytes: null, isOwn: false, isReused: false })),
    );
  });
});

describe("the entrypoint, in workerd,", () => {
  let remote: RemoteStore;
  beforeAll(async () => {
    remote = await bootRemoteStore(WORKER, "/alone/");
  });
  afterAll(() => remote?.dispose());
  const ask = async (path: string) => (await fetch(new URL(path, remote.url))).json();

  it("answers with whole blobs, and is asked for nothing else", async () => {
    for (const size of [0, 1, 5_000_000]) {
      const bytes = new Uint8Array(size).map((_, index) => index * 7);
      await remote.bucket.put(`blobs/${size}`, bytes);
      const read = await remote.store.get(`blobs/${size}`);
      expect(read && Buffer.compare(read, bytes)).toBe(0);
    }
    expect(await ask("/reached")).toBe(3);
    await remote.bucket.put("packs/a/manifest.json", Uint8Array.of(1));
    expect(await remote.store.get("packs/a/manifest.json")).toBeNull();
    expect(await ask("/reached")).toBe(3);
  });

  it("finds out whether something caches in front of it", async () => {
    expect(await ask("/round-trips")).toEqual([false, true]);
  });
});

describe("a cache as Workers Cache is documented, in workerd,", () => {
  let remote: RemoteStore;
  beforeAll(async () => {
    remote = await bootRemoteStore(WORKER, "/cached/");
  });
  afterAll(() => remote?.dispose());

  it("answers a second read without the bucket", async () => {
    await remote.bucket.put("blobs/once", Uint8Array.of(1, 2));
    await remote.store.get("blobs/once");
    await remote.bucket.delete("blobs/once");
    expect(await remote.store.get("blobs/once")).toEqual(Uint8Array.of(1, 2));
  });

  it("keeps no answer for a blob that is missing", async () => {
    expect(await remote.store.get("blobs/late")).toBeNull();
    await remote.bucket.put("blobs/late", Uint8Array.of(1));
    expect(await remote.store.get("blobs/late")).toEqual(Uint8Array.of(1));
  });

  it("is passed by once a blob was evicted, as a damaged one is", async () => {
    await remote.bucket.put("blobs/a", Uint8Array.of(1));
    await remote.store.get("blobs/a");
    await remote.bucket.put("blobs/a", Uint8Array.of(2));
    expect(await remote.store.get("blobs/a")).toEqual(Uint8Array.of(1));
    await remote.store.evict?.("blobs/a");
    expect(await remote.store.get("blobs/a")).toEqual(Uint8Array.of(2));
  });
});

describe("an entrypoint", () => {
  const whole = { "Content-Type": "application/vnd.undertone.blob" };
  it.each<[what: string, fetch: BlobEntrypoint["fetch"]]>([
    ["does not exist", () => Promise.reject(new TypeError("exports.Blobs is undefined"))],
    ["fails", async () => new Response("error code: 1101", { status: 500 })],
    [
      "is something else",
      async () => new Response("<html>", { headers: { "Content-Length": "6" } }),
    ],
    ["does not say how long a blob is", async () => new Response("x", { headers: whole })],
    ["breaks off", async () => new Response("x", { headers: { ...whole, "Content-Length": "3" } })],
  ])("that %s leaves the read to the store", async (_, answer) => {
    const behind = memoryStore();
    await behind.put("blobs/a", Uint8Array.of(1, 2, 3));
    const store = withWorkersCache(behind, { fetch: answer }, prefix);
    expect(await store.get("blobs/a")).toEqual(Uint8Array.of(1, 2, 3));
  });

  it("has nothing but blobs to give", async () => {
    const source = { get: () => Promise.reject(new Error("it must not be read")) };
    const request = new Request("https://blobs.invalid/packs/a/manifest.json");
    const response = await answerBlob(request, source, prefix);
    expect(response.status).toBe(404);
    expect(response.headers.get("Cache-Control")).toBe("no-store");
  });
});
