import { describe, expect, it } from "vitest";
import { createNodeBackend } from "../../../src/model/backend/node/backend.ts";
import { DEFAULT_MODEL_KEY, encodeDefaultModel } from "../../../src/model/pack/default-model.ts";
import { preferredPrecisions } from "../../../src/model/pack/preferred-precisions.ts";
import { createModelRegistry, type ModelRegistry } from "../../../src/model/pack/registry.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import type { Store } from "../../../src/store/store.ts";
import { AMPLE_LIMITS, installGolden } from "../../../support/packs/tiny-pack.ts";

const adapter = {
  vendor: "",
  description: "",
  hasFloat16: true,
  maxBufferBytes: 2 ** 30,
  isSoftware: false,
};

function registryOver(
  storage: Store,
  report: Parameters<typeof preferredPrecisions>[0],
  adaptsDefault = false,
): ModelRegistry {
  return createModelRegistry({
    storage,
    backend: createNodeBackend,
    preferredPrecisions: async () => preferredPrecisions(report),
    adaptsDefault,
    defaultModel: "",
    reportDamage: () => {},
    limits: AMPLE_LIMITS,
  });
}

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
    expect(await registryOver(storage, report).defaultId()).toBe(id);
  });

  it("is the one that the store names, in its own precision, or in the best for whoever adapts it", async () => {
    const storage = memoryStore();
    for (const precision of ["fp32", "q8"] as const) {
      await installGolden(storage, "tiny-group", precision);
      await installGolden(storage, "tiny-layer", precision);
    }
    await storage.put(DEFAULT_MODEL_KEY, encodeDefaultModel("tiny-layer-fp32"));
    const report = { backend: "wasm", adapter: null } as const;
    expect(await registryOver(storage, report).defaultId()).toBe("tiny-layer-fp32");
    const adapting = registryOver(storage, report, true);
    expect(await adapting.defaultId()).toBe("tiny-layer-q8");
  });
});
