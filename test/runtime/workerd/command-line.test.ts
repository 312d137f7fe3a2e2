import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SILENT } from "../../../bench/models.ts";
import { readPackFiles } from "../../../src/cli/packs/files.ts";
import { relativeL2 } from "../../../src/model/accuracy/layer-error.ts";
import { manifestKey } from "../../../src/model/pack/manifest.ts";
import { makeWav } from "../../../support/clips/make-wav.ts";
import { goldenDirectory } from "../../../support/packs/tiny-pack.ts";
import { type BootedWorker, bootWorker } from "../../../support/runtimes/workerd.ts";
import { runUndertone } from "../../support/cli/undertone.ts";
import { type ReadTensor, readSafetensors } from "../../support/http/answer-readers.ts";

const SAMPLE_RATE_HZ = 44_100;

/** Two seconds of stereo at 44.1 kHz, a sweep on the left and its echo on the right. */
function stereoClip(): Uint8Array<ArrayBuffer> {
  const left = Float32Array.from({ length: 2 * SAMPLE_RATE_HZ }, (_, index) => {
    const seconds = index / SAMPLE_RATE_HZ;
    return 0.4 * Math.sin(2 * Math.PI * (120 + 900 * seconds) * seconds) * Math.sin(9 * seconds);
  });
  const right = left.map((_, index) => 0.5 * (left[index - 800] ?? 0));
  return makeWav({ sampleRateHz: SAMPLE_RATE_HZ, channels: [left, right], format: "s16" });
}

function matrixOf({ shape, values }: ReadTensor) {
  return { rows: shape[0], columns: shape[1], data: Float32Array.from(values) };
}

/** Puts the pack that was built in `directory` into the Worker's bucket and gives its id. */
async function installBuilt(directory: string): Promise<string> {
  const { manifest, manifestPath, blobs } = await readPackFiles(directory, SILENT);
  for (const { key, path } of blobs) await worker.bucket.put(key, await readFile(path));
  await worker.bucket.put(manifestKey(manifest.id), await readFile(manifestPath));
  return manifest.id;
}

let worker: BootedWorker;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-same-"));
  worker = await bootWorker();
});
afterAll(async () => {
  await worker?.stop();
  await rm(directory, { recursive: true, force: true });
});

describe.each(["fp32", "q8"] as const)("a clip through the command line, %s", (precision) => {
  it("gives the same numbers as through workerd", async () => {
    const clip = stereoClip();
    await writeFile(join(directory, "clip.wav"), clip);
    await runUndertone(
      [
        "pack",
        "build",
        goldenDirectory("tiny-layer"),
        "--precision",
        precision,
        "--out",
        precision,
      ],
      directory,
    );
    await runUndertone(
      ["features", "clip.wav", "--pack", precision, "--layers", "all", "--format", "safetensors"],
      directory,
    );
    const here = readSafetensors(await readFile(join(directory, "clip.safetensors")));

    const model = await installBuilt(join(directory, precision));
    const query = new URLSearchParams({ model, layers: "all", format: "safetensors" });
    const response = await worker.fetch(`/v1/features?${query}`, { method: "POST", body: clip });
    const there = readSafetensors(new Uint8Array(await response.arrayBuffer()));

    expect([...there.tensors.keys()]).toEqual([
      "hidden_states.0",
      "hidden_states.1",
      "hidden_states.2",
      "hidden_states.3",
    ]);
    expect(there.metadata).toEqual(here.metadata);
    for (const [name, tensor] of there.tensors) {
      const difference = relativeL2(
        matrixOf(here.tensors.get(name) as ReadTensor),
        matrixOf(tensor),
      );
      expect(difference).toBeLessThanOrEqual(1e-3);
    }
  });
});
