import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryDirectory } from "../../support/checkpoints/files.ts";
import { onnxFile } from "../../support/checkpoints/onnx-file.ts";
import { settingsFor, startTinyHub, TINY_COMMIT, TINY_ID } from "../../support/cli/tiny-hub.ts";
import { runUndertone } from "../../support/cli/undertone.ts";
import { changedExport, EXPORT, EXPORT_FILE } from "../../support/model/exported.ts";

const CLIP = join(import.meta.dirname, "../../../docs/example.wav");

async function build(source: string, args: string[] = [], variables: Record<string, string> = {}) {
  const out = join(await temporaryDirectory(), "pack");
  const given = ["pack", "build", source, "--out", out, ...args];
  return { out, ...(await runUndertone(given, undefined, variables)) };
}

describe("undertone pack build with a ready ONNX export", () => {
  it("makes a pack that its commands run", async () => {
    const { out, stdout, status } = await build(EXPORT);
    expect([status, stdout]).toEqual([0, expect.stringContaining("Built tiny-ctc-exported")]);
    expect(stdout).toContain("with a head for ctc");
    const transcribed = await runUndertone(["transcribe", CLIP, "--pack", out]);
    expect(transcribed.status).toBe(0);
    const verified = await runUndertone(["pack", "verify", out]);
    expect([verified.status, verified.stderr]).toEqual([
      1,
      expect.stringContaining("ready export"),
    ]);
  });

  it("takes one of the hub where the model has no weights", async () => {
    const files = {
      "config.json": await readFile(join(EXPORT, "config.json")),
      "preprocessor_config.json": await readFile(join(EXPORT, "preprocessor_config.json")),
      "README.md": Buffer.from("---\nlicense: mit\n---\n"),
      "onnx/model.onnx": await readFile(EXPORT_FILE),
    };
    const hub = await startTinyHub({ files, largeFiles: ["onnx/model.onnx"] });
    const { cacheDirectory } = await settingsFor(hub.endpoint);
    const variables = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cacheDirectory };
    const online = await build(`${TINY_ID}@main`, [], variables);
    expect([online.status, online.stdout]).toEqual([
      0,
      expect.stringContaining("wavlm-tiny-exported"),
    ]);
    const manifest = JSON.parse(await readFile(join(online.out, "manifest.json"), "utf8"));
    expect(manifest.provenance).toMatchObject({
      source: `${TINY_ID}@${TINY_COMMIT}`,
      licence: "mit",
    });
    const offline = await build(`${TINY_ID}@main`, [], { ...variables, HF_HUB_OFFLINE: "1" });
    expect(offline.status).toBe(0);
  });

  it.each([
    ["--calibrate", CLIP],
    ["--last-state", "raw"],
  ])("has no use for %s", async (...args) => {
    const { status, stderr } = await build(EXPORT, args);
    expect([status, stderr]).toEqual([1, expect.stringContaining(`omit ${args[0]}`)]);
  });

  it("refuses one that does not run, or gives something else than its config.json says", async () => {
    const graphless = await changedExport({ file: onnxFile({}) });
    const other = await changedExport({ config: { hidden_size: 36 } });
    for (const directory of [graphless, other]) {
      const { status, stderr } = await build(directory);
      expect([status, stderr]).toEqual([1, expect.stringContaining("checkpoint-unsupported")]);
    }
  });
});
