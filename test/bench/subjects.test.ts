import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildBaseline } from "../../bench/baseline/baseline.ts";
import { SILENT } from "../../bench/models.ts";
import { speechLikeClip } from "../../bench/speech-clip.ts";
import { startBaselineWorker } from "../../bench/subjects/baseline-worker.ts";
import { startNodeProcess } from "../../bench/subjects/node-process.ts";
import { startService } from "../../bench/subjects/service.ts";
import type { Subject } from "../../bench/subjects/subject.ts";
import { budgetOf } from "../../bench/workbench.ts";
import { buildPack } from "../../src/cli/packs/build.ts";
import { STEP_BYTES } from "../../src/model/backend/wasm/own-memory.ts";
import { openHuggingFaceDirectory } from "../../src/model/checkpoint/huggingface/open.ts";
import type { PackManifest } from "../../src/model/pack/manifest.ts";
import { goldenDirectory } from "../../support/packs/tiny-pack.ts";

const SOURCE = goldenDirectory("tiny-group");
/** What onnxruntime's heap has before anything is loaded. */
const ORT_HEAP_BYTES = 16 * 1024 * 1024;

let directory: string;
let pack: string;
let manifest: PackManifest;
let baseline: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-bench-"));
  pack = join(directory, "pack");
  manifest = await buildPack({ source: SOURCE, precision: "q8", outDir: pack }, SILENT);
  const checkpoint = await openHuggingFaceDirectory(SOURCE);
  baseline = join(directory, "baseline.onnx");
  await writeFile(baseline, (await buildBaseline(checkpoint, { quantization: "all" })).bytes);
});
afterAll(() => rm(directory, { recursive: true }));

const clip = speechLikeClip(1);

/** Uses a subject and stops it whatever happens. */
async function using(started: Promise<Subject>, use: (subject: Subject) => Promise<void>) {
  const subject = await started;
  try {
    await use(subject);
  } finally {
    await subject.stop();
  }
}

describe.each([
  ["the baseline in workerd", ORT_HEAP_BYTES, () => startBaselineWorker(baseline)],
  [
    "the baseline in Node",
    ORT_HEAP_BYTES,
    () => startNodeProcess({ kind: "baseline", path: baseline }),
  ],
  [
    "a pack in Node, two threads",
    STEP_BYTES,
    () => startNodeProcess({ kind: "pack", path: pack, threads: 2 }),
  ],
] as const)("%s", (_, leastHeapBytes, start) => {
  it("computes a clip, tells its heap, and starts over", async () => {
    await using(start(), async (subject) => {
      await subject.run(clip);
      expect((await subject.memory()).wasmHeapBytes).toBeGreaterThanOrEqual(leastHeapBytes);
      await subject.restart();
      await subject.run(clip);
    });
  });
});

it("the service computes a clip up to a layer, and starts over with its pack installed", async () => {
  await using(startService(pack, {}, SILENT), async (subject) => {
    await subject.run(clip, 1);
    await subject.restart();
    await subject.run(clip);
  });
});

it("a refused clip is no measurement", async () => {
  await using(startService(pack, { MAX_CLIP_SECONDS: "0.5" }, SILENT), async (subject) => {
    await expect(subject.run(clip)).rejects.toThrow("413");
  });
});

it("a model that cannot be loaded fails and does not hang", async () => {
  const broken = join(directory, "broken.onnx");
  await writeFile(broken, "no model");
  await using(startNodeProcess({ kind: "baseline", path: broken }), async (subject) => {
    await expect(subject.run(clip)).rejects.toThrow();
  });
});

it("a budget holds what is asked for beside the workspace", () => {
  const layer = manifest.segments.filter(({ name }) => name === "layer.0" || name === "layer.1");
  const bytes = layer.reduce((sum, segment) => sum + segment.bytes, 0);
  const two = budgetOf(manifest, 2, { workspaceMegabytes: 40 });
  expect(two).toEqual({ MEMORY_BUDGET_MB: String(40 + Math.ceil(bytes / 1e6)) });
});
