import { mkdir, readdir, readFile, readlink, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { gitSha1 } from "../../support/cli/hub-server.ts";
import {
  CARD,
  CONFIGS,
  expectTinyModel,
  fetchTiny,
  settingsFor,
  startTinyHub,
  TINY_COMMIT,
  TINY_DIGEST,
  TINY_ID,
  TINY_PLACE,
  TINY_WEIGHTS,
  WEIGHTS,
} from "../../support/cli/tiny-hub.ts";

describe("a model of the hub", () => {
  it("is fetched into the cache as the hub's own tools lay it out", async () => {
    const hub = await startTinyHub();
    const settings = await settingsFor(hub.endpoint);
    const { directory, commit } = await fetchTiny(settings);
    expect(commit).toBe(TINY_COMMIT);
    await expectTinyModel(directory);

    const root = join(settings.cacheDirectory, TINY_PLACE);
    expect(await readFile(join(root, "refs/main"), "utf8")).toBe(TINY_COMMIT);
    const blobs = [...Object.values(CONFIGS), CARD].map(gitSha1);
    expect((await readdir(join(root, "blobs"))).sort()).toEqual([...blobs, TINY_DIGEST].sort());
    expect(directory).toBe(join(root, "snapshots", TINY_COMMIT));
    expect((await readdir(directory)).sort()).toEqual(
      [...Object.keys(CONFIGS), "README.md", WEIGHTS].sort(),
    );
    expect(await readlink(join(directory, WEIGHTS))).toBe(`../../blobs/${TINY_DIGEST}`);
  });

  it("is fetched at the commit that was asked for, whatever the branch is by then", async () => {
    const hub = await startTinyHub();
    const settings = await settingsFor(hub.endpoint);
    await fetchTiny(settings);
    const paths = hub.requests.filter(({ host }) => host === "hub").map(({ path }) => path);
    expect(paths[0]).toBe(`/${TINY_ID}/resolve/main/config.json`);
    expect(paths.slice(1).filter((path) => !path.includes(TINY_COMMIT))).toEqual([]);
  });

  it("is not fetched again: a commit asks for nothing, a branch only where it is", async () => {
    const hub = await startTinyHub();
    const settings = await settingsFor(hub.endpoint);
    await fetchTiny(settings);
    hub.requests.length = 0;
    await fetchTiny(settings, { revision: TINY_COMMIT });
    expect(hub.requests).toEqual([]);
    await fetchTiny(settings);
    expect(hub.requests.every(({ method }) => method === "HEAD")).toBe(true);
    expect(hub.bytesSent()).toBe(TINY_WEIGHTS.length);
  });

  it("may be a branch with slashes", async () => {
    const hub = await startTinyHub();
    const settings = await settingsFor(hub.endpoint);
    await fetchTiny(settings, { revision: "refs/pr/1" });
    const ref = join(settings.cacheDirectory, TINY_PLACE, "refs/refs/pr/1");
    expect(await readFile(ref, "utf8")).toBe(TINY_COMMIT);
  });

  it("is found where Python's tools have put it, without asking the hub", async () => {
    const hub = await startTinyHub();
    const settings = await settingsFor(hub.endpoint, { isOffline: true });
    const root = join(settings.cacheDirectory, TINY_PLACE);
    const snapshot = join(root, "snapshots", TINY_COMMIT);
    for (const folder of ["refs", "blobs"]) await mkdir(join(root, folder), { recursive: true });
    await mkdir(snapshot, { recursive: true });
    await writeFile(join(root, "refs/main"), TINY_COMMIT);
    const blobs = { ...CONFIGS, [WEIGHTS]: TINY_WEIGHTS };
    for (const [name, bytes] of Object.entries(blobs)) {
      const etag = name === WEIGHTS ? TINY_DIGEST : gitSha1(bytes);
      await writeFile(join(root, "blobs", etag), bytes);
      await symlink(`../../blobs/${etag}`, join(snapshot, name));
    }
    await expectTinyModel((await fetchTiny(settings)).directory);
    await expectTinyModel((await fetchTiny(settings, { revision: TINY_COMMIT })).directory);
    expect(hub.requests).toEqual([]);
  });

  it("is fetched whole when its weights are in shards", async () => {
    const index = { weight_map: { "encoder.layer_norm.weight": "pytorch_model-1.bin" } };
    const hub = await startTinyHub({
      files: {
        ...CONFIGS,
        "pytorch_model.bin.index.json": Buffer.from(JSON.stringify(index)),
        "pytorch_model-1.bin": TINY_WEIGHTS,
      },
      largeFiles: ["pytorch_model-1.bin"],
    });
    const { directory } = await fetchTiny(await settingsFor(hub.endpoint));
    await expectTinyModel(directory);
  });
});

describe("without a hub", () => {
  it("what a branch was last is used, and said so", async () => {
    const hub = await startTinyHub();
    const settings = await settingsFor(hub.endpoint, { attempts: 1 });
    await fetchTiny(settings);
    await hub.stop();
    const warnings: string[] = [];
    const { directory } = await fetchTiny(settings, {}, (sentence) => warnings.push(sentence));
    await expectTinyModel(directory);
    expect(warnings).toEqual([expect.stringContaining("the last cached revision")]);
  });

  it("what is not cached is an error that says what to do", async () => {
    const hub = await startTinyHub();
    await hub.stop();
    const settings = await settingsFor(hub.endpoint, { attempts: 1 });
    await expect(fetchTiny(settings)).rejects.toMatchObject({
      slug: "hub-unavailable",
      message: expect.stringContaining("cannot be reached"),
    });
  });

  it.each(["main", TINY_COMMIT])(
    "offline, %s that is not cached is refused at once",
    async (revision) => {
      const hub = await startTinyHub();
      const settings = await settingsFor(hub.endpoint, { isOffline: true });
      await expect(fetchTiny(settings, { revision })).rejects.toMatchObject({
        slug: "hub-unavailable",
        message: expect.stringContaining("HF_HUB_OFFLINE"),
      });
      expect(hub.requests).toEqual([]);
    },
  );
});
