import { beforeAll, describe, expect, it } from "vitest";
import type { ExecutableStep } from "../../../src/model/backend/backend.ts";
import { requireOnnxSteps } from "../../../src/model/backend/onnx-steps.ts";
import { PRECISIONS, type Precision } from "../../../src/model/pack/precision.ts";
import type { InstalledPack } from "../../../src/model/pack/registry.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { installGolden, nodeRegistry } from "../../../support/packs/tiny-pack.ts";

const store = memoryStore();
const packs = new Map<Precision, InstalledPack>();
beforeAll(async () => {
  for (const precision of PRECISIONS) {
    const id = await installGolden(store, "tiny-layer", precision);
    packs.set(precision, await nodeRegistry(store).find(id));
  }
});

/** Every step of a pack's programs, its ONNX files left empty. */
function stepsOf(precision: Precision): ExecutableStep[] {
  const programs = packs.get(precision)?.manifest.programs ?? [];
  return programs.flatMap(({ steps }) =>
    steps.map((step) => ("kernel" in step ? step : { ...step, onnx: new Uint8Array() })),
  );
}

describe("a backend without kernels", () => {
  it("takes the programs of an fp32 pack as they are", () => {
    const steps = stepsOf("fp32");
    expect(steps.length).toBeGreaterThan(0);
    expect(requireOnnxSteps(steps, "webgpu")).toEqual(steps);
  });

  it.each(["q8", "q8a"] as const)(
    "refuses those of a %s pack, and says what to use",
    (precision) => {
      expect(() => requireOnnxSteps(stepsOf(precision), "webgpu")).toThrow(
        expect.objectContaining({
          slug: "pack-unsupported",
          message: expect.stringMatching(/kernel \w+.*webgpu.*fp32.*wasm/),
          extensions: { backend: "webgpu", kernel: expect.any(String) },
        }),
      );
    },
  );
});
