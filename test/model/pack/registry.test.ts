import { expect, it } from "vitest";
import type { Engine } from "../../../src/model/engine/engine.ts";
import { packRegistry } from "../../../src/model/pack/registry.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { installGolden, nodeRegistry } from "../../../support/packs/tiny-pack.ts";

/** A registry of one pack that counts how often an engine is opened; the first `failures` times fail. */
async function countingRegistry(failures = 0) {
  const storage = memoryStore();
  await installGolden(storage, "tiny-group", "fp32");
  const real = nodeRegistry(storage);
  let opened = 0;
  const openEngine = async (): Promise<Engine> => {
    if (++opened <= failures) throw new Error("no backend yet");
    return real.open();
  };
  const registry = packRegistry({ storage, defaultModel: "" }, openEngine);
  return { registry, opened: () => opened };
}

it("opens the engine of a pack once for all requests that ask for it meanwhile", async () => {
  const { registry, opened } = await countingRegistry();
  const pack = await registry.find();
  const engines = await Promise.all([
    registry.engineOf(pack),
    registry.engineOf(pack),
    registry.open(),
    registry.open(pack.manifest.id),
  ]);
  expect(new Set(engines).size).toBe(1);
  expect(await registry.open()).toBe(engines[0]);
  expect(opened()).toBe(1);
});

it("opens an engine again after it failed to open", async () => {
  const { registry, opened } = await countingRegistry(1);
  await expect(registry.open()).rejects.toThrow("no backend yet");
  expect((await registry.open()).manifest.id).toBe("tiny-group-fp32");
  expect(opened()).toBe(2);
});
