import { beforeEach, expect, it } from "vitest";
import { replicatePacks } from "../../../src/cli/packs/replicate.ts";
import { DEFAULT_MODEL_KEY, encodeDefaultModel } from "../../../src/model/pack/default-model.ts";
import { manifestKey } from "../../../src/model/pack/manifest.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import type { WalkableStore } from "../../../src/store/store.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";

let source: WalkableStore;
let target: WalkableStore;
let id: string;
beforeEach(async () => {
  [source, target] = [memoryStore(), memoryStore()];
  id = await installGolden(source, "tiny-group", "fp32");
  await source.put(DEFAULT_MODEL_KEY, encodeDefaultModel(id));
});

const contentOf = async (store: WalkableStore) =>
  Object.fromEntries(
    await Promise.all((await store.list("")).map(async (key) => [key, await store.get(key)])),
  );

it("a bucket gets all packs of another and its default, and the second time nothing", async () => {
  const count = (await source.list("")).length;
  expect(await replicatePacks(source, target)).toEqual({ copied: count, kept: 0 });
  expect(await contentOf(target)).toEqual(await contentOf(source));
  expect(await replicatePacks(source, target)).toEqual({ copied: 0, kept: count });
});

it("a copy that is damaged or older is replaced, and a pack of its own stays", async () => {
  const own = await installGolden(target, "tiny-layer", "fp32");
  await replicatePacks(source, target);
  const [blob] = (await source.list("blobs/")) as [string];
  await target.put(blob, new Uint8Array(3));
  await target.put(manifestKey(id), new Uint8Array(3));
  expect(await replicatePacks(source, target)).toMatchObject({ copied: 2 });
  expect(await contentOf(target)).toMatchObject(await contentOf(source));
  expect(await target.get(manifestKey(own))).not.toBeNull();
});

it("a pack is not listed before it is whole, nor made the default before it is there", async () => {
  const written: string[] = [];
  const put: WalkableStore["put"] = (key, bytes) => {
    written.push(key);
    return target.put(key, bytes);
  };
  await replicatePacks(source, { ...target, put });
  expect(written.slice(-2)).toEqual([manifestKey(id), DEFAULT_MODEL_KEY]);
});

it("a damaged original is copied nowhere", async () => {
  const [blob] = (await source.list("blobs/")) as [string];
  await source.put(blob, new Uint8Array(3));
  const error = { slug: "pack-damaged", message: expect.stringContaining(blob) };
  await expect(replicatePacks(source, target)).rejects.toMatchObject(error);
  expect(await target.list("")).toEqual([]);
});

it("a bucket that does not keep what is written to it is told of", async () => {
  const put = async (key: string, bytes: Uint8Array) => target.put(key, bytes.slice(1));
  const error = {
    slug: "pack-damaged",
    message: expect.stringContaining("does not have the digest"),
  };
  await expect(replicatePacks(source, { ...target, put })).rejects.toMatchObject(error);
  expect(await target.list("packs/")).toEqual([]);
});
