import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type R2Binding, r2Store } from "../../src/store/r2.ts";
import { describeStoreContract, describeWalkableStoreContract } from "../contract/store.ts";
import { openLocalBinding } from "../support/runtimes/local-binding.ts";

/** Opens a bucket of its own in local R2. */
async function openBucket() {
  const directory = await mkdtemp(join(tmpdir(), "undertone-r2-"));
  const { binding, opened, dispose } = await openLocalBinding(
    "PACKS",
    directory,
    (bucket: R2Binding) => r2Store(bucket),
  );
  return {
    binding,
    store: opened,
    dispose: async () => {
      await dispose();
      await rm(directory, { recursive: true });
    },
  };
}

describeStoreContract("the R2 store", openBucket);
describeWalkableStoreContract("the R2 store", openBucket);

describe("r2Store", () => {
  let bucket: Awaited<ReturnType<typeof openBucket>>;
  beforeAll(async () => {
    bucket = await openBucket();
  });
  afterAll(() => bucket?.dispose());

  it("lists more keys than R2 gives in one page", async () => {
    const keys = ["many/a", "many/b", "many/c", "many/d", "many/e"];
    for (const key of keys) await bucket.store.put(key, new Uint8Array());
    const pagesOfTwo = r2Store({
      get: bucket.binding.get,
      put: bucket.binding.put,
      delete: bucket.binding.delete,
      createMultipartUpload: bucket.binding.createMultipartUpload,
      list: (options: object) => bucket.binding.list({ ...options, limit: 2 }),
    });
    expect(await pagesOfTwo.list("many/")).toEqual(keys);
  });

  it("deletes more keys than R2 takes in one call", async () => {
    const keys = Array.from({ length: 1001 }, (_, index) => `doomed/${index}`);
    for (const key of keys) await bucket.store.put(key, new Uint8Array());
    await bucket.store.put("spared", new Uint8Array());
    await bucket.store.deleteMany?.([...keys, "doomed/absent"]);
    expect(await bucket.store.list("doomed/")).toEqual([]);
    expect(await bucket.store.list("spared")).toEqual(["spared"]);
  });

  it.each([undefined, null, {}, { get() {}, put() {} }])(
    "refuses a binding that is no bucket (%j)",
    (binding) => {
      expect(() => r2Store(binding)).toThrow(/wrangler\.toml/);
    },
  );
});
