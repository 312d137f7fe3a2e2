import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { installPack } from "../../../src/cli/commands/pack-install.ts";
import type { ProgressReport } from "../../../src/cli/output/progress.ts";
import { buildPack } from "../../../src/cli/packs/build.ts";
import { openLocalState } from "../../../src/cli/wrangler/local.ts";
import { packBlobs } from "../../../src/model/pack/manifest.ts";
import { filesystemStore } from "../../../src/store/filesystem.ts";
import type { Store } from "../../../src/store/store.ts";
import { goldenDirectory } from "../../../support/packs/tiny-pack.ts";
import { type RemoteR2, startRemoteR2 } from "../../support/cli/remote-r2.ts";

const silent: ProgressReport = { start() {}, advance() {}, done() {} };
const WRANGLER_CONFIG = join(import.meta.dirname, "../../../wrangler.toml");
/** wrangler is started once for each blob, and takes its time on a busy machine. */
const WRANGLER_TIMEOUT_MS = 180_000;
const DEFAULT_KEY = "packs/default.json";
const MANIFEST_KEY = "packs/tiny-group-fp32/manifest.json";

let directory: string;
let builtPack: string;
let blobKeys: string[];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-install-"));
  builtPack = join(directory, "built");
  const source = goldenDirectory("tiny-group");
  const manifest = await buildPack({ source, precision: "fp32", outDir: builtPack }, silent);
  blobKeys = packBlobs(manifest)
    .map(({ key }) => key)
    .sort();
});
afterAll(() => rm(directory, { recursive: true }));

let copies = 0;
/** A pack and an empty local bucket for one test. */
let pack: string;
let persistTo: string;
beforeEach(async () => {
  pack = join(directory, `pack-${++copies}`);
  persistTo = join(directory, `state-${copies}`);
  await cp(builtPack, pack, { recursive: true });
});

async function inBucket<Value>(look: (store: Store) => Promise<Value>): Promise<Value> {
  const { packs: store, close } = await openLocalState(WRANGLER_CONFIG, persistTo);
  try {
    return await look(store);
  } finally {
    await close();
  }
}

describe("installing into a directory", () => {
  it("puts everything where a Node server looks, and replaces only what is damaged", async () => {
    const target = join(directory, `installed-${copies}`);
    const installation = await installPack(pack, { directory: target }, silent);
    expect(installation).toMatchObject({ bucketName: target, blobsWritten: blobKeys.length });
    const store = filesystemStore(target);
    expect(await store.list("")).toEqual([...blobKeys, DEFAULT_KEY, MANIFEST_KEY]);
    const manifest = await readFile(join(pack, "manifest.json"));
    expect(await store.get(MANIFEST_KEY)).toEqual(new Uint8Array(manifest));

    await store.put(blobKeys[0] ?? "", Uint8Array.of(1));
    const again = await installPack(pack, { directory: target }, silent);
    expect(again).toMatchObject({ blobsWritten: 1, blobsKept: blobKeys.length - 1 });
    const blob = await readFile(join(pack, blobKeys[0] ?? ""));
    expect(await store.get(blobKeys[0] ?? "")).toEqual(new Uint8Array(blob));
  });
});

describe("installing into the local bucket", () => {
  it("puts every blob and the manifest, byte for byte, where the Worker looks", async () => {
    const installation = await installPack(pack, { persistTo }, silent);
    expect(installation).toMatchObject({ blobsWritten: blobKeys.length, blobsKept: 0 });
    expect(installation.manifest.id).toBe("tiny-group-fp32");
    await inBucket(async (store) => {
      expect(await store.list("")).toEqual([...blobKeys, DEFAULT_KEY, MANIFEST_KEY]);
      const manifest = await readFile(join(pack, "manifest.json"));
      expect(Buffer.compare((await store.get(MANIFEST_KEY)) ?? Buffer.of(), manifest)).toBe(0);
      for (const key of blobKeys) {
        const blob = await readFile(join(pack, key));
        expect(Buffer.compare((await store.get(key)) ?? Buffer.of(), blob)).toBe(0);
      }
    });
  });

  it("leaves blobs that are there already and replaces one that is damaged", async () => {
    await installPack(pack, { persistTo }, silent);
    expect(await installPack(pack, { persistTo }, silent)).toMatchObject({ blobsWritten: 0 });

    const [key = ""] = blobKeys;
    await inBucket((store) => store.put(key, Uint8Array.of(1)));
    expect(await installPack(pack, { persistTo }, silent)).toMatchObject({ blobsWritten: 1 });
    const mended = await inBucket((store) => store.get(key));
    expect(mended).toEqual(new Uint8Array(await readFile(join(pack, key))));
  });

  it("refuses a pack with a damaged blob by name and writes nothing", async () => {
    const path = join(pack, blobKeys.at(-1) ?? "");
    const blob = await readFile(path);
    blob.writeUInt8(blob.readUInt8(100) ^ 1, 100);
    await writeFile(path, blob);
    await expect(installPack(pack, { persistTo }, silent)).rejects.toMatchObject({
      slug: "pack-damaged",
      message: expect.stringContaining(path),
    });
    expect(await inBucket((store) => store.list(""))).toEqual([]);
  });

  it.each([
    [
      "a blob that is cut short",
      async () => {
        const path = join(pack, blobKeys[0] ?? "");
        await writeFile(path, (await readFile(path)).subarray(0, -1));
      },
    ],
    ["a blob that is missing", () => rm(join(pack, blobKeys[0] ?? ""))],
    ["no manifest", () => rm(join(pack, "manifest.json"))],
    ["a manifest that is not JSON", () => writeFile(join(pack, "manifest.json"), "{")],
    ["no directory", () => rm(pack, { recursive: true })],
  ])("refuses %s", async (_what, spoil) => {
    await spoil();
    await expect(installPack(pack, { persistTo }, silent)).rejects.toMatchObject({
      slug: "pack-damaged",
    });
  });
});

describe("installing into the account's bucket", () => {
  let remote: RemoteR2;
  beforeEach(async () => {
    remote = await startRemoteR2();
    for (const [name, value] of Object.entries(remote.variables)) vi.stubEnv(name, value);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await remote.close();
  });

  it(
    "uploads every blob and then the manifest",
    async () => {
      const installation = await installPack(pack, { remote: true }, silent);
      expect(installation).toMatchObject({ blobsWritten: blobKeys.length, blobsKept: 0 });
      const keys = remote.written;
      expect(keys.slice(0, -2).sort()).toEqual(blobKeys);
      expect(keys.slice(-2)).toEqual([DEFAULT_KEY, MANIFEST_KEY]);
      const manifest = await readFile(join(pack, "manifest.json"));
      expect(await remote.store.get(MANIFEST_KEY)).toEqual(new Uint8Array(manifest));
    },
    WRANGLER_TIMEOUT_MS,
  );

  it(
    "stops at a refusal, before the manifest, and repeats wrangler's words",
    async () => {
      remote.refuses = true;
      await expect(installPack(pack, { remote: true }, silent)).rejects.toMatchObject({
        slug: "internal",
        message: expect.stringMatching(/wrangler login[\s\S]*Authentication error/),
      });
      expect(remote.written).toEqual([]);
    },
    WRANGLER_TIMEOUT_MS,
  );
});
