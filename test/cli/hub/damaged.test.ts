import { readdir, truncate } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  expectTinyModel,
  fetchTiny,
  settingsFor,
  startTinyHub,
  TINY_DIGEST,
  TINY_PLACE,
  WEIGHTS,
} from "../../support/cli/tiny-hub.ts";

describe("wrong bytes", () => {
  it("are refused by their hash, and nothing of them is kept", async () => {
    const hub = await startTinyHub();
    const settings = await settingsFor(hub.endpoint);
    hub.faults.wrongBytes = 2;
    await expect(fetchTiny(settings)).rejects.toMatchObject({
      slug: "download-damaged",
      extensions: { etag: TINY_DIGEST },
    });
    const blobs = await readdir(join(settings.cacheDirectory, TINY_PLACE, "blobs"));
    expect(blobs.filter((name) => name.startsWith(TINY_DIGEST))).toEqual([]);
  });

  it("are fetched once more, since what was there before may have been the wrong part", async () => {
    const hub = await startTinyHub();
    hub.faults.wrongBytes = 1;
    await expectTinyModel((await fetchTiny(await settingsFor(hub.endpoint))).directory);
  });

  it("in a small file are refused too", async () => {
    const hub = await startTinyHub();
    hub.faults.headers = { ETag: `"${"0".repeat(40)}"` };
    await expect(fetchTiny(await settingsFor(hub.endpoint))).rejects.toMatchObject({
      slug: "download-damaged",
    });
  });

  it("in the cache are not built from", async () => {
    const hub = await startTinyHub();
    const settings = await settingsFor(hub.endpoint);
    await fetchTiny(settings);
    const blob = join(settings.cacheDirectory, TINY_PLACE, "blobs", TINY_DIGEST);
    await truncate(blob, 1000);
    await expect(fetchTiny(settings)).rejects.toMatchObject({
      slug: "download-damaged",
      message: expect.stringContaining(blob),
    });
  });

  it("of a known model are those that its catalogue does not name", async () => {
    const hub = await startTinyHub();
    const settings = await settingsFor(hub.endpoint);
    const pinned = { file: WEIGHTS, sha256: "0".repeat(64) };
    await expect(fetchTiny(settings, { pinned })).rejects.toMatchObject({
      slug: "download-damaged",
      message: expect.stringContaining("models/catalog.json"),
    });
    expect(hub.bytesSent()).toBe(0);
    const right = { pinned: { file: WEIGHTS, sha256: TINY_DIGEST } };
    await expectTinyModel((await fetchTiny(settings, right)).directory);
  });
});
