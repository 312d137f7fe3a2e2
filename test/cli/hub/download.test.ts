import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { downloadBlob } from "../../../src/cli/hub/download.ts";
import { bellShaped } from "../../../src/model/checkpoint/synthetic/random.ts";
import { temporaryDirectory } from "../../support/checkpoints/files.ts";
import { sha256, startHub } from "../../support/cli/hub-server.ts";
import { cdnRanges, settingsFor, TINY_COMMIT, TINY_ID } from "../../support/cli/tiny-hub.ts";

const MEGABYTE = 1_000_000;
const FILE = new Uint8Array(bellShaped("a file", MEGABYTE).buffer);

async function hubWithFile() {
  const hub = await startHub({
    id: TINY_ID,
    commit: TINY_COMMIT,
    files: { "file.bin": FILE },
    largeFiles: ["file.bin"],
  });
  const url = `${hub.endpoint}/${TINY_ID}/resolve/${TINY_COMMIT}/file.bin`;
  const file = { url, commit: TINY_COMMIT, etag: sha256(FILE), bytes: FILE.length };
  const path = join(await temporaryDirectory(), "blob");
  return { hub, file, path };
}

describe("downloadBlob", () => {
  it("goes on as often as it takes, where every piece is a good one", async () => {
    const { hub, file, path } = await hubWithFile();
    hub.faults.cuts = [0.3, 0.6, 0.9];
    await downloadBlob(file, path, await settingsFor(hub.endpoint, { attempts: 1 }), () => {});
    expect((await readFile(path)).equals(FILE)).toBe(true);
    // A cut connection may lose what was under way, which is sent again; no piece begins before the one that was cut.
    expect(hub.bytesSent()).toBeGreaterThanOrEqual(FILE.length);
    expect(hub.bytesSent()).toBeLessThan(1.1 * FILE.length);
    const starts = cdnRanges(hub).map((range) =>
      Number(/^bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0),
    );
    expect(starts.length).toBe(4);
    for (const [index, share] of [0, 0.2, 0.5, 0.8].entries()) {
      expect(starts[index]).toBeGreaterThanOrEqual(share * FILE.length);
    }
  });

  it("tells how many bytes are there, from the first to the last", async () => {
    const { hub, file, path } = await hubWithFile();
    hub.faults.cuts = [0.5];
    const heard: number[] = [];
    const settings = await settingsFor(hub.endpoint);
    await downloadBlob(file, path, settings, (bytes) => heard.push(bytes));
    expect(heard[0]).toBe(0);
    expect(heard.at(-1)).toBe(FILE.length);
    expect(heard).toEqual(heard.toSorted((a, b) => a - b));
  });

  it("takes a server's word for where the file ends only if nobody said how long it is", async () => {
    const { hub, file, path } = await hubWithFile();
    const settings = await settingsFor(hub.endpoint);
    await downloadBlob({ ...file, bytes: null }, path, settings, () => {});
    expect((await readFile(path)).equals(FILE)).toBe(true);
    const shorter = { ...file, bytes: FILE.length - 1 };
    await expect(downloadBlob(shorter, `${path}2`, settings, () => {})).rejects.toMatchObject({
      slug: "hub-unavailable",
      message: expect.stringContaining("sends more than"),
    });
  });
});
