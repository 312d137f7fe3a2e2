import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  cdnRanges,
  expectTinyModel,
  fetchTiny,
  settingsFor,
  startTinyHub,
  TINY_DIGEST,
  TINY_PLACE,
  TINY_WEIGHTS,
} from "../../support/cli/tiny-hub.ts";

describe("a download that is cut at 60 %", () => {
  const cutBytes = Math.round(0.6 * TINY_WEIGHTS.length);

  it("goes on where it was cut", async () => {
    const hub = await startTinyHub();
    hub.faults.cuts = [0.6];
    await expectTinyModel((await fetchTiny(await settingsFor(hub.endpoint))).directory);
    expect(cdnRanges(hub)).toEqual([null, `bytes=${cutBytes}-`]);
    expect(hub.bytesSent()).toBe(TINY_WEIGHTS.length);
  });

  it("goes on where it was cut when the command is run again", async () => {
    const hub = await startTinyHub();
    const settings = await settingsFor(hub.endpoint, { attempts: 1 });
    hub.faults.cuts = [0.6];
    await expect(fetchTiny(settings)).rejects.toMatchObject({
      slug: "hub-unavailable",
      message: expect.stringContaining(`broke off after ${cutBytes} of ${TINY_WEIGHTS.length}`),
    });
    await expectTinyModel((await fetchTiny(settings)).directory);
    expect(hub.bytesSent()).toBe(TINY_WEIGHTS.length);
  });

  it("starts over, and ends right, where the server knows no ranges", async () => {
    const hub = await startTinyHub();
    hub.faults.cuts = [0.6];
    hub.faults.ignoresRanges = true;
    await expectTinyModel((await fetchTiny(await settingsFor(hub.endpoint))).directory);
  });

  it("ends with an error when it is cut each time, and keeps what there is", async () => {
    const hub = await startTinyHub();
    const settings = await settingsFor(hub.endpoint);
    hub.faults.cuts = [0.2, 0.4, 0.6];
    await expect(fetchTiny(settings)).rejects.toMatchObject({ slug: "hub-unavailable" });
    const unfinished = join(
      settings.cacheDirectory,
      TINY_PLACE,
      "blobs",
      `${TINY_DIGEST}.incomplete`,
    );
    expect((await readFile(unfinished)).equals(TINY_WEIGHTS.subarray(0, cutBytes))).toBe(true);
  });

  it("is not mistaken for the whole by two who download at once", async () => {
    const hub = await startTinyHub();
    const settings = await settingsFor(hub.endpoint);
    hub.faults.cuts = [0.6, 0.3];
    const both = await Promise.all([fetchTiny(settings), fetchTiny(settings)]);
    for (const { directory } of both) await expectTinyModel(directory);
  });
});
