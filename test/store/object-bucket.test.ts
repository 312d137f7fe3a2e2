import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { R2Bucket } from "@cloudflare/workers-types";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ObjectBucket, r2ObjectBucket } from "../../src/store/object-bucket.ts";
import { type LocalBinding, openLocalBinding } from "../support/runtimes/local-binding.ts";

describe("an R2 bucket of somebody else's objects", () => {
  let directory: string;
  let local: LocalBinding<R2Bucket, ObjectBucket>;
  let bucket: ObjectBucket;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "undertone-objects-"));
    local = await openLocalBinding("AUDIO", directory, (binding: R2Bucket) =>
      r2ObjectBucket(binding),
    );
    bucket = local.opened;
  });
  afterAll(async () => {
    await local?.dispose();
    await rm(directory, { recursive: true });
  });

  it("gives the version that is asked for, and no other", async () => {
    const key = "in/Anruf, ü & co/1.wav";
    const first = await local.binding.put(key, "first");
    expect(await textOf(bucket.read(key, first?.etag ?? ""))).toBe("first");
    await local.binding.put(key, "second");
    expect(await bucket.read(key, first?.etag ?? "")).toBeNull();
    expect(await bucket.read("in/absent", "etag")).toBeNull();
  });

  it("writes an object with its media type", async () => {
    await bucket.write("out/a b.npy", inPieces(), "application/x-npy");
    const object = await local.binding.get("out/a b.npy");
    expect(object?.httpMetadata?.contentType).toBe("application/x-npy");
    expect(new Uint8Array((await object?.arrayBuffer()) ?? [])).toEqual(Uint8Array.of(1, 2));
  });
});

async function* inPieces() {
  yield Uint8Array.of(1);
  yield Uint8Array.of(2);
}

async function textOf(reading: ReturnType<ObjectBucket["read"]>): Promise<string> {
  const pieces = await Array.fromAsync((await reading) ?? []);
  return Buffer.concat(pieces).toString();
}

it.each([undefined, null, {}, { get() {} }])("refuses a binding that is none (%j)", (binding) => {
  expect(() => r2ObjectBucket(binding)).toThrow(/wrangler\.toml/);
});
