import { describe, expect, it } from "vitest";
import { createNodeBackend } from "../../src/model/backend/node.ts";
import { preferredPrecisions } from "../../src/model/preferred-precisions.ts";
import { createModelRegistry } from "../../src/model/registry.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { AMPLE_LIMITS, installGolden } from "../tiny-pack.ts";

const adapter = {
  vendor: "",
  description: "",
  hasFloat16: true,
  maxBufferBytes: 2 ** 30,
  isSoftware: false,
};

describe("the pack of a request that names none", () => {
  it.each([
    ["a GPU with float16", { backend: "webgpu", adapter }, "tiny-group-fp16"],
    [
      "a GPU without",
      { backend: "webgpu", adapter: { ...adapter, hasFloat16: false } },
      "tiny-group-fp32",
    ],
    ["WASM", { backend: "wasm", adapter: null }, "tiny-group-q8"],
  ])("is the first model's in the precision that suits %s", async (_, report, id) => {
    const storage = memoryStore();
    for (const precision of ["fp16", "fp32", "q4", "q8"] as const) {
      await installGolden(storage, "tiny-group", precision);
    }
    await installGolden(storage, "tiny-layer", "fp32");
    const registry = createModelRegistry({
      storage,
      backend: createNodeBackend,
      preferredPrecisions: async () => preferredPrecisions(report),
      defaultModel: "",
      reportDamage: () => {},
      limits: AMPLE_LIMITS,
    });
    expect(await registry.defaultId()).toBe(id);
  });
});
