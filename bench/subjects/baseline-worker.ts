/** The baseline in workerd: one whole graph behind HTTP, samples in, the last hidden state out. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { R2Bucket } from "@cloudflare/workers-types";
import { createTestHarness, type TestHarnessOptions } from "wrangler";
import type { Subject } from "./subject.ts";

const MODEL_KEY = "model.onnx";

/** Boots a Worker that serves the `.onnx` file at `modelPath`. */
export async function startBaselineWorker(modelPath: string): Promise<Subject> {
  // wrangler would ask Cloudflare for the values of Request.cf, which nothing here reads.
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
  process.env.WRANGLER_SEND_METRICS = "false";
  let starts = 0;
  let wasmHeapBytes = 0;
  const harness = createTestHarness(harnessOptions(starts));
  const { url } = await harness.listen();
  const { MODELS } = await harness.getWorker<{ MODELS: R2Bucket }>().getEnv();
  await MODELS.put(MODEL_KEY, await readFile(modelPath));
  return {
    async run(clip) {
      const response = await fetch(url, { method: "POST", body: clip.samples });
      const answer = await response.arrayBuffer();
      if (!response.ok) {
        throw new Error(`the baseline answered ${new TextDecoder().decode(answer)}`);
      }
      wasmHeapBytes = Number(response.headers.get("X-Wasm-Heap-Bytes"));
    },
    memory: async () => ({ wasmHeapBytes, heldBufferBytes: 0 }),
    restart: () => harness.update(harnessOptions(++starts)),
    stop: () => harness.close(),
  };
}

function harnessOptions(starts: number): TestHarnessOptions {
  const folder = join(import.meta.dirname, "workers");
  return {
    root: folder,
    workers: [
      {
        config: {
          name: "baseline",
          main: join(folder, "baseline.ts"),
          compatibility_date: "2026-11-01",
          rules: [{ type: "CompiledWasm", globs: ["**/*.wasm"], fallthrough: true }],
          r2_buckets: [{ binding: "MODELS", bucket_name: "baseline-models" }],
          // A variable that changes makes workerd start a fresh isolate.
          vars: { MODEL_KEY, STARTS: String(starts) },
        },
      },
    ],
  };
}
