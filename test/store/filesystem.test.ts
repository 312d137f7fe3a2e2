import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { filesystemStore } from "../../src/store/filesystem.ts";
import { describeStoreContract, describeWalkableStoreContract } from "../contract/store.ts";

const temporary = () => mkdtemp(join(tmpdir(), "undertone-store-"));

async function openDirectory() {
  const directory = await temporary();
  return {
    store: filesystemStore(join(directory, "made/on/demand")),
    dispose: () => rm(directory, { recursive: true }),
  };
}

describeStoreContract("the filesystem store", openDirectory);
describeWalkableStoreContract("the filesystem store", openDirectory);

let directory: string;
beforeEach(async () => {
  directory = await temporary();
});
afterEach(() => rm(directory, { recursive: true }));

it("is empty while its directory does not exist", async () => {
  const store = filesystemStore(join(directory, "absent"));
  expect(await store.list("")).toEqual([]);
  expect(await store.get("a")).toBeNull();
});

it("gives null for a key that is a folder or lies below a file", async () => {
  const store = filesystemStore(directory);
  await store.put("packs/a", Uint8Array.of(1));
  expect(await store.get("packs")).toBeNull();
  expect(await store.get("packs/a/b")).toBeNull();
});

it("leaves no unfinished file behind when a write fails", async () => {
  const store = filesystemStore(directory);
  await mkdir(join(directory, "blobs/taken"), { recursive: true });
  await writeFile(join(directory, "blobs/taken/file"), "");
  await expect(store.put("blobs/taken", Uint8Array.of(1))).rejects.toThrow();
  expect(await readdir(join(directory, "blobs"))).toEqual(["taken"]);
  expect(await readdir(join(directory, ".unfinished"))).toEqual([]);
});

it("removes what writers have left that died long ago, and nothing else", async () => {
  const store = filesystemStore(directory);
  await store.put("kept", Uint8Array.of(1));
  const unfinished = join(directory, ".unfinished");
  for (const name of ["old", "young"]) await writeFile(join(unfinished, name), "half");
  await utimes(join(unfinished, "old"), 1000, 1000);
  await utimes(join(directory, "kept"), 1000, 1000);
  await store.removeUnfinished?.(1_001_000);
  expect(await readdir(unfinished)).toEqual(["young"]);
  expect(await store.list("")).toEqual(["kept"]);
});

it("lists no file that is no key", async () => {
  await writeFile(join(directory, ".DS_Store"), "");
  await writeFile(join(directory, "with space"), "");
  await writeFile(join(directory, "a.onnx"), "");
  expect(await filesystemStore(directory).list("")).toEqual(["a.onnx"]);
});

it("shows readers either the old bytes or the new ones while a write runs", async () => {
  const store = filesystemStore(directory);
  const sizes = [1 << 20, 1 << 21];
  await store.put("a", new Uint8Array(1 << 20));
  const seen = new Set<number | undefined>();
  for (let round = 0; round < 20; round++) {
    const writing = store.put("a", new Uint8Array(sizes[round % 2] ?? 0));
    seen.add((await store.get("a"))?.length);
    await writing;
  }
  expect(sizes).toEqual(expect.arrayContaining([...seen]));
});
