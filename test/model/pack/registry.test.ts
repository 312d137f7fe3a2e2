import { afterEach, expect, it, vi } from "vitest";
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
  const registry = packRegistry({ storage, defaultModel: "", reportDamage() {} }, openEngine);
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

afterEach(() => {
  vi.useRealTimers();
});

it("remembers manifests, the default and the list for as long as it was told", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const storage = memoryStore();
  await installGolden(storage, "tiny-group", "fp32");
  const asked: string[] = [];
  const watched = {
    get: (key: string) => {
      asked.push(`get ${key}`);
      return storage.get(key);
    },
    list: (prefix: string) => {
      asked.push(`list ${prefix}`);
      return storage.list(prefix);
    },
  };
  const registry = packRegistry(
    { storage: watched, defaultModel: "", rememberMs: 30_000, reportDamage() {} },
    async () => await nodeRegistry(storage).open(),
  );
  const found = await registry.find();
  const cold = asked.length;
  vi.advanceTimersByTime(29_999);
  expect(await registry.find()).toEqual(found);
  expect(await registry.find("tiny-group-fp32")).toEqual(found);
  expect((await registry.list()).packs).toEqual([found]);
  expect(asked).toHaveLength(cold);
  vi.advanceTimersByTime(1);
  await registry.find();
  expect(asked).toHaveLength(2 * cold);
});

it("finds a pack at once that was installed after it was asked for", async () => {
  const storage = memoryStore();
  const choice = { storage, defaultModel: "", rememberMs: 30_000, reportDamage() {} };
  const registry = packRegistry(choice, async () => await nodeRegistry(storage).open());
  await expect(registry.find()).rejects.toMatchObject({ slug: "no-pack-installed" });
  await installGolden(storage, "tiny-group", "fp32");
  expect((await registry.find()).manifest.id).toBe("tiny-group-fp32");
  await expect(registry.find("tiny-layer-fp32")).rejects.toMatchObject({ slug: "unknown-model" });
  await installGolden(storage, "tiny-layer", "fp32");
  expect((await registry.find("tiny-layer-fp32")).manifest.id).toBe("tiny-layer-fp32");
});
