import { describe, expect, it } from "vitest";
import type { SnapshotRequest } from "../../../src/cli/hub/snapshot.ts";
import {
  CONFIGS,
  expectTinyModel,
  fetchTiny,
  settingsFor,
  startTinyHub,
} from "../../support/cli/tiny-hub.ts";

describe("a hub that does not give the model", () => {
  it.each<[string, Partial<SnapshotRequest>, string, RegExp]>([
    ["an unknown model", { id: "someone/else" }, "hub-refused", /401 .*set HF_TOKEN/],
    ["an unknown revision", { revision: "v9" }, "hub-not-found", /revision/],
    ["an unknown commit", { revision: "f".repeat(40) }, "hub-not-found", /revision/],
  ])("says so of %s", async (_, changes, slug, sentence) => {
    const hub = await startTinyHub();
    await expect(fetchTiny(await settingsFor(hub.endpoint), changes)).rejects.toMatchObject({
      slug,
      message: expect.stringMatching(sentence),
    });
  });

  it("refuses who has no token, and who has a wrong one", async () => {
    const hub = await startTinyHub({ token: "right" });
    for (const token of [null, "wrong"]) {
      const settings = await settingsFor(hub.endpoint, { token });
      await expect(fetchTiny(settings)).rejects.toMatchObject({ slug: "hub-refused" });
    }
  });

  it("names the file that is missing", async () => {
    const { "config.json": config } = CONFIGS;
    const hub = await startTinyHub({ files: { "config.json": config } });
    await expect(fetchTiny(await settingsFor(hub.endpoint))).rejects.toMatchObject({
      slug: "hub-not-found",
      extensions: { file: "preprocessor_config.json" },
    });
  });

  it("names the weights where there are only configs", async () => {
    const hub = await startTinyHub({ files: CONFIGS });
    await expect(fetchTiny(await settingsFor(hub.endpoint))).rejects.toMatchObject({
      slug: "hub-not-found",
      message: expect.stringContaining("model.safetensors or pytorch_model.bin"),
    });
  });

  it.each([429, 503, 500, 408])("is asked again after a %i that passes", async (status) => {
    const hub = await startTinyHub();
    hub.faults.answers = [{ status, headers: { "Retry-After": "0" } }, { status }];
    await expectTinyModel((await fetchTiny(await settingsFor(hub.endpoint))).directory);
  });

  it("is asked again when Retry-After says, as a date too", async () => {
    const hub = await startTinyHub();
    const past = new Date(Date.now() - 5000).toUTCString();
    hub.faults.answers = [{ status: 429, headers: { "Retry-After": past } }];
    const settings = await settingsFor(hub.endpoint, { firstPauseMs: 1e9 });
    await expectTinyModel((await fetchTiny(settings)).directory);
  });

  it("is not waited for longer than a minute", async () => {
    const hub = await startTinyHub();
    hub.faults.answers = [{ status: 429, headers: { "Retry-After": "3600" } }];
    await expect(fetchTiny(await settingsFor(hub.endpoint))).rejects.toMatchObject({
      slug: "hub-unavailable",
      message: expect.stringContaining("asks to wait 3600 s"),
      extensions: { status: 429, retryAfterSeconds: 3600 },
    });
  });

  it("is given up when it fails every time", async () => {
    const hub = await startTinyHub();
    hub.faults.answers = Array(3).fill({ status: 503 });
    await expect(fetchTiny(await settingsFor(hub.endpoint))).rejects.toMatchObject({
      slug: "hub-unavailable",
      extensions: { status: 503 },
    });
    expect(hub.requests).toHaveLength(3);
  });

  it("is given up when a download stands still", async () => {
    const hub = await startTinyHub();
    hub.faults.stalls = true;
    const settings = await settingsFor(hub.endpoint, { stallTimeoutMs: 50 });
    await expect(fetchTiny(settings)).rejects.toMatchObject({
      slug: "hub-unavailable",
      message: expect.stringContaining("sent nothing for 0.05 s"),
    });
  });

  it.each([
    ["no commit", { "X-Repo-Commit": "main" }],
    ["an etag that would be a path", { ETag: '"../../../evil"' }],
  ])("is no hub with %s", async (_, headers) => {
    const hub = await startTinyHub();
    hub.faults.headers = headers;
    await expect(fetchTiny(await settingsFor(hub.endpoint))).rejects.toMatchObject({
      slug: "hub-unavailable",
      message: expect.stringContaining("check HF_ENDPOINT"),
    });
  });

  it("is no hub when it redirects without end", async () => {
    const hub = await startTinyHub();
    hub.faults.answers = Array(9).fill({ status: 302, headers: { Location: "/again" } });
    await expect(fetchTiny(await settingsFor(hub.endpoint))).rejects.toMatchObject({
      slug: "hub-unavailable",
      message: expect.stringContaining("redirects more than 5 times"),
    });
  });
});
