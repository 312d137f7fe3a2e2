import type { Page } from "playwright-core";
import type { LocalFeatures } from "../../src/browser/index.ts";
import { makeWav } from "../../support/clips/make-wav.ts";
import { GOLDEN_INPUTS, GOLDEN_MODELS, GOLDEN_TOLERANCE } from "../../support/packs/golden.ts";
import { type BackendContract, describeBackendContract } from "../contract/backend.ts";
import { MISSING_CHROMIUM } from "../support/browser/chromium.ts";
import { openEnginePage } from "../support/browser/engine-page.ts";

/** What a page gives back; numbers travel as text. */
interface Computed {
  readonly backend: string;
  readonly threads: number;
  readonly tensors: readonly { name: string; shape: readonly number[]; base64: string }[];
}

interface Place {
  readonly name: string;
  readonly isolated: boolean;
  readonly backend: "wasm" | "webgpu";
}

/** `undertone/browser` in a real page, on one backend and no other. */
function chromiumContract(
  { name, isolated, backend }: Place,
  bounds: Pick<BackendContract, "fp32Bound" | "onnxPrecisions" | "sameBits" | "inputsFor">,
): BackendContract {
  return {
    name,
    ...bounds,
    missing: MISSING_CHROMIUM,
    async start(store) {
      const { page, close } = await openEnginePage(store, { isolated, backend });
      return {
        async compute(pack, samples) {
          const clip = makeWav({ sampleRateHz: 16_000, channels: [samples], format: "f32" });
          const { tensors, ...by } = await computeIn(page, pack, clip);
          const isThreaded = by.threads > 1;
          if (by.backend !== backend || isThreaded !== isolated) {
            throw new Error(`it was computed by ${by.backend} on ${by.threads} threads`);
          }
          return new Map(
            tensors.map(({ name: tensor, shape, base64 }) => [
              tensor,
              {
                rows: shape[0] as number,
                columns: shape[1] as number,
                data: new Float32Array(Uint8Array.from(Buffer.from(base64, "base64")).buffer),
              },
            ]),
          );
        },
        stop: close,
      };
    },
  };
}

/** Computes every tensor of a pack in the page. */
function computeIn(page: Page, pack: string, clip: Uint8Array): Promise<Computed> {
  const model = GOLDEN_MODELS.find(({ name }) => pack.slice(0, pack.lastIndexOf("-")) === name);
  const indices = Array.from({ length: (model?.layerCount ?? 0) + 1 }, (_, index) => index);
  return page.evaluate(
    async ({ pack, base64, layers }) => {
      const textOf = async (data: Float32Array): Promise<string> => {
        const reader = new FileReader();
        const read = new Promise((resolve) => reader.addEventListener("load", resolve));
        reader.readAsDataURL(new Blob([data as BlobPart]));
        await read;
        return (reader.result as string).split(",")[1] ?? "";
      };
      const clip = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const request = { clip, layers, pool: "none", model: pack } as const;
      const { tensors, backend, backendReport }: LocalFeatures =
        await globalThis.engine.compute(request);
      const named = tensors.map(async ({ name, shape, data }) => ({
        name,
        shape,
        base64: await textOf(data),
      }));
      return { backend, threads: backendReport.threads, tensors: await Promise.all(named) };
    },
    {
      pack,
      base64: Buffer.from(clip).toString("base64"),
      layers: [...indices, "last_hidden_state", "extract_features"] as const,
    },
  );
}

const ON_WASM = {
  fp32Bound: { absolute: GOLDEN_TOLERANCE },
  onnxPrecisions: [],
  sameBits: ["q8", "q8a"],
} as const;

describeBackendContract(
  chromiumContract(
    { name: "WASM in Chromium, isolated", isolated: true, backend: "wasm" },
    ON_WASM,
  ),
);
describeBackendContract(
  chromiumContract(
    { name: "WASM in Chromium, not isolated", isolated: false, backend: "wasm" },
    ON_WASM,
  ),
);
// SwiftShader has no float16 in shaders; the longest clip takes it a minute, so the model of fewest layers computes that.
describeBackendContract(
  chromiumContract(
    { name: "WebGPU in Chromium, on SwiftShader", isolated: true, backend: "webgpu" },
    {
      inputsFor: (model) =>
        GOLDEN_INPUTS.filter(
          (input) => input !== "tile5_x56789" || model === "tiny-group-convbias-oddpos",
        ),
      fp32Bound: { relative: 2e-3 },
      onnxPrecisions: ["q4"],
      sameBits: [],
    },
  ),
);
