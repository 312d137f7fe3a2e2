import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type BootedWorker, bootWorker } from "../../../support/runtimes/workerd.ts";

const clip = await readFile(
  join(import.meta.dirname, "../../fixtures/clips/bit-exact/wav/s16-mono-8000.wav"),
);

let worker: BootedWorker;
beforeAll(async () => {
  worker = await bootWorker();
});
afterAll(() => worker?.stop());

function postClip(init: RequestInit = {}): Promise<Response> {
  // Results that are kept would be given without any of the pack's bytes.
  const headers = { "Cache-Control": "no-store" };
  return worker.fetch("/v1/features?format=npy", { method: "POST", body: clip, headers, ...init });
}

async function vectors(): Promise<Uint8Array> {
  const response = await postClip();
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
}

/** Isolates that read a pack until all of its blobs are in the cache; two or three are enough. */
const MAX_ISOLATES = 12;

const damageReports = () => worker.logs().filter(({ event }) => event === "blob-damaged");

describe("the Worker with an empty bucket", () => {
  it("answers 503 with the command that installs a pack", async () => {
    const response = await postClip();
    expect(response.status).toBe(503);
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({
      type: "/problems/no-pack-installed",
      detail: expect.stringContaining("undertone pack install"),
    });
  });
});

describe("the Worker with a pack in its bucket", () => {
  let expected: Uint8Array;
  let blobKeys: string[];
  beforeAll(async () => {
    await installGolden(worker.bucket, "tiny-group", "fp32");
    blobKeys = await worker.bucket.list("blobs/");
    expected = await vectors();
  });
  beforeEach(() => worker.restart());

  /** One write to the cache is pending at most: what finds another one is written when it is read again. */
  async function fillCache(): Promise<void> {
    const isCached = async () => {
      const found = await Promise.all(blobKeys.map((key) => worker.cache.get(key)));
      return found.every((bytes) => bytes !== null);
    };
    for (let isolates = 0; isolates < MAX_ISOLATES; isolates++) {
      if (await isCached()) return;
      await worker.restart();
      await vectors();
    }
  }

  it("keeps every blob in the colo's cache and reads it there after the isolate is gone", async () => {
    await fillCache();
    await worker.restart();
    const kept = await emptyBucket();
    try {
      expect(await vectors()).toEqual(expected);
    } finally {
      await refillBucket(kept);
    }
  });

  it("reads a blob that is damaged in the cache once more from the bucket, and mends the cache", async () => {
    const [key = ""] = blobKeys;
    await worker.cache.put(key, Uint8Array.of(1, 2, 3));
    expect(await vectors()).toEqual(expected);
    expect(damageReports()).toEqual([expect.objectContaining({ level: "error", key })]);
    expect(await worker.cache.get(key)).toEqual(await worker.bucket.get(key));
  });

  it("answers 503 if the bucket's blob is damaged too, and computes again once it is repaired", async () => {
    const [key = ""] = blobKeys;
    const whole = (await worker.bucket.get(key)) ?? new Uint8Array();
    const damaged = whole.with(whole.length >> 1, (whole.at(whole.length >> 1) ?? 0) ^ 1);
    await worker.bucket.put(key, damaged);
    await worker.cache.put(key, damaged);

    const response = await postClip();
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ type: "/problems/pack-damaged" });

    await worker.bucket.put(key, whole);
    expect(await vectors()).toEqual(expected);
  });

  it("answers 503 for a blob that is missing, and computes again once it is there", async () => {
    const kept = await emptyBucket();
    const [key = ""] = blobKeys;
    await worker.cache.put(key, Uint8Array.of(1));
    const response = await postClip();
    await refillBucket(kept);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ type: "/problems/pack-damaged" });
    expect(await vectors()).toEqual(expected);
  });

  it("serves the next client after one left while the model was loading", async () => {
    const leaving = new AbortController();
    const left = postClip({ signal: leaving.signal });
    const next = postClip();
    setTimeout(() => leaving.abort(), 5);
    await expect(left).rejects.toThrow();
    expect((await next).status).toBe(200);
    expect(await vectors()).toEqual(expected);
  });

  /** Takes the blobs out of the bucket and returns them. */
  async function emptyBucket(): Promise<Map<string, Uint8Array>> {
    const kept = new Map<string, Uint8Array>();
    for (const key of blobKeys) {
      kept.set(key, (await worker.bucket.get(key)) ?? new Uint8Array());
      await worker.bucket.delete(key);
    }
    return kept;
  }

  async function refillBucket(blobs: Map<string, Uint8Array>): Promise<void> {
    for (const [key, bytes] of blobs) await worker.bucket.put(key, bytes);
  }
});

describe("the Worker with a malformed variable", () => {
  it("answers with a problem that names it, and works once it is corrected", async () => {
    await worker.restart({ MAX_CLIP_SECONDS: "forever" });
    const response = await postClip();
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({
      type: "/problems/internal",
      detail: expect.stringContaining("MAX_CLIP_SECONDS"),
    });
    expect(worker.logs()).toContainEqual(
      expect.objectContaining({ level: "error", event: "misconfigured" }),
    );
    await worker.restart();
    expect((await postClip()).status).toBe(200);
  });
});
