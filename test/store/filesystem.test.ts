import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { filesystemStore } from "../../src/store/filesystem.ts";
import { describeStoreContract } from "../contract/store.ts";

const temporary = () => mkdtemp(join(tmpdir(), "undertone-store-"));

describeStoreContract("the filesystem store", async () => {
  const directory = await temporary();
  return {
    store: filesystemStore(join(directory, "made/on/demand")),
    dispose: () => rm(directory, { recursive: true }),
  };
});

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
