import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { goldenDirectory } from "../tiny-pack.ts";
import { runUndertone } from "./undertone.ts";

let out: string;
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), "undertone-pack-"));
});
afterEach(() => rm(out, { recursive: true, force: true }));

function build(source: string, ...args: string[]) {
  return runUndertone(["pack", "build", source, "--out", out, ...args]);
}

const manifestIn = async (directory: string) =>
  JSON.parse(await readFile(join(directory, "manifest.json"), "utf8"));

describe("undertone pack build", () => {
  it("writes one blob per segment under its SHA-256, and a manifest that names them in order", async () => {
    expect((await build(goldenDirectory("tiny-layer"), "--precision", "fp32")).status).toBe(0);
    const manifest = await manifestIn(out);
    const names = manifest.segments.map((segment: { name: string }) => segment.name);
    expect(names).toEqual([
      "frontend",
      "positional",
      "layer.0",
      "layer.1",
      "layer.2",
      "final_norm",
    ]);
    for (const { sha256, bytes } of manifest.segments) {
      const blob = await readFile(join(out, "blobs", `${sha256}.onnx`));
      expect(createHash("sha256").update(blob).digest("hex")).toBe(sha256);
      expect(blob.length).toBe(bytes);
    }
    expect(await readdir(join(out, "blobs"))).toHaveLength(manifest.segments.length);
  });

  it("says where the weights came from and what the model wants", async () => {
    await build(goldenDirectory("tiny-layer"), "--precision", "q8", "--id", "mine");
    const weights = await readFile(join(goldenDirectory("tiny-layer"), "model.safetensors"));
    expect(await manifestIn(out)).toMatchObject({
      id: "mine",
      weights: "checkpoint",
      precision: "q8",
      preprocessing: { doNormalize: true, sampleRateHz: 16000 },
      provenance: {
        source: "tiny-layer",
        sourceSha256: createHash("sha256").update(weights).digest("hex"),
        licence: "unknown",
      },
    });
  });

  it("gives the same manifest every time", async () => {
    await build(goldenDirectory("tiny-group"));
    const first = await readFile(join(out, "manifest.json"));
    await build(goldenDirectory("tiny-group"));
    expect(await readFile(join(out, "manifest.json"))).toEqual(first);
  });

  it("reports progress in plain lines where there is no terminal", async () => {
    const { stderr } = await build(goldenDirectory("tiny-group"));
    expect(stderr).toMatch(/^building tiny-group q8: 0\/5\n/);
    expect(stderr).not.toContain("\u001b");
  });

  it.each([
    {
      name: "an unknown synthetic model",
      args: ["synthetic:huge"],
      slug: "checkpoint-unsupported",
    },
    { name: "a directory that is not there", args: ["nowhere"], slug: "checkpoint-invalid" },
    { name: "a directory without a model", args: [tmpdir()], slug: "checkpoint-invalid" },
    {
      name: "an id that no request could name",
      args: [goldenDirectory("tiny-group"), "--id", "A B"],
      slug: "pack-unsupported",
    },
  ])("refuses $name and leaves no manifest behind", async ({ args: [source, ...rest], slug }) => {
    const { status, stderr } = await build(source, ...rest);
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`^${slug}: `, "m"));
    expect(await readdir(out)).toEqual([]);
  });
});
