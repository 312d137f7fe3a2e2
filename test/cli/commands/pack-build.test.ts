import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { goldenDirectory } from "../../../support/packs/tiny-pack.ts";
import { runUndertone } from "../../support/cli/undertone.ts";
import { chirp } from "../../support/http/service.ts";

const EXAMPLE_CLIP = join(import.meta.dirname, "../../../docs/example.wav");

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

interface Described {
  readonly sha256: string;
  readonly bytes: number;
}

function named(parts: readonly Described[], ending: string) {
  return parts.map(({ sha256, bytes }) => ({ name: `${sha256}.${ending}`, sha256, bytes }));
}

describe("undertone pack build", () => {
  it("writes weights and programs under their SHA-256, and a manifest that names them in order", async () => {
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
    const files = [
      ...named(manifest.segments, "weights"),
      // All layers share their programs; an fp32 pack's have one step each.
      ...named(
        manifest.programs.map((program: { steps: { onnx: object }[] }) => program.steps[0].onnx),
        "onnx",
      ),
    ];
    for (const { name, sha256, bytes } of files) {
      const blob = await readFile(join(out, "blobs", name));
      expect(createHash("sha256").update(blob).digest("hex")).toBe(sha256);
      expect(blob.length).toBe(bytes);
    }
    expect((await readdir(join(out, "blobs"))).sort()).toEqual(
      files.map(({ name }) => name).sort(),
    );
  });

  it("says where the weights came from and what the model wants", async () => {
    await build(goldenDirectory("tiny-layer"), "--precision", "q8", "--id", "mine");
    const weights = await readFile(join(goldenDirectory("tiny-layer"), "model.safetensors"));
    expect(await manifestIn(out)).toMatchObject({
      id: "mine",
      weights: "checkpoint",
      precision: "q8",
      calibration: "built-in",
      preprocessing: { doNormalize: true, sampleRateHz: 16000 },
      provenance: {
        source: "tiny-layer",
        sourceSha256: createHash("sha256").update(weights).digest("hex"),
        licence: "unknown",
      },
    });
  });

  it.each(["q8a", "q4"])("calibrates %s with the clips that are given", async (precision) => {
    const tiny = goldenDirectory("tiny-group");
    const { stderr } = await build(tiny, "--calibrate", EXAMPLE_CLIP, "--precision", precision);
    expect(stderr).toMatch(/^calibrating tiny-group with given clips/);
    const given = await manifestIn(out);
    expect(given.calibration).toBe("given");
    await build(tiny, "--precision", precision);
    const builtIn = await manifestIn(out);
    const layer = ({ segments }: { segments: { name: string; sha256: string }[] }) =>
      segments.find(({ name }) => name === "layer.0")?.sha256;
    expect(layer(given)).not.toBe(layer(builtIn));
  });

  it("names the calibration clip that is too short", async () => {
    const short = join(out, "short.wav");
    await writeFile(short, chirp(399));
    const { stderr } = await build(goldenDirectory("tiny-group"), "--calibrate", short);
    expect(stderr).toContain(`clip-too-short: ${short}: `);
  });

  it("gives the same manifest every time", async () => {
    await build(goldenDirectory("tiny-group"));
    const first = await readFile(join(out, "manifest.json"));
    await build(goldenDirectory("tiny-group"));
    expect(await readFile(join(out, "manifest.json"))).toEqual(first);
  });

  it("reports progress in plain lines where there is no terminal", async () => {
    const { stderr } = await build(goldenDirectory("tiny-group"));
    expect(stderr).toMatch(/^calibrating tiny-group with built-in clips: 0\/5\n/);
    expect(stderr).toMatch(/^building tiny-group q8: 0\/5\n/m);
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
    {
      name: "calibration of float32",
      args: [goldenDirectory("tiny-group"), "--precision", "fp32", "--calibrate", EXAMPLE_CLIP],
      slug: "invalid-option",
    },
    {
      name: "a calibration clip that is not there",
      args: [goldenDirectory("tiny-group"), "--calibrate", EXAMPLE_CLIP, "nowhere.wav"],
      slug: "not-found",
    },
    {
      name: "a calibration clip that is no audio",
      args: [goldenDirectory("tiny-group"), "--calibrate", import.meta.filename],
      slug: "not-audio",
    },
  ])("refuses $name and leaves no manifest behind", async ({ args: [source, ...rest], slug }) => {
    const { status, stderr } = await build(source, ...rest);
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`^${slug}: `, "m"));
    expect(await readdir(out)).toEqual([]);
  });
});
