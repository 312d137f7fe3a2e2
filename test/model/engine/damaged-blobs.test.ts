import { describe, expect, it } from "vitest";
import { resolveTaps } from "../../../src/model/engine/taps/resolve.ts";
import type { PackStorage } from "../../../src/model/pack/manifest.ts";
import { goldenSamples } from "../../../support/packs/golden.ts";

import { engineOver, goldenStore as store } from "../../support/model/engine-over.ts";

describe("an engine over damaged blobs", () => {
  it("reads a damaged blob once more from the tier below, and never runs it", async () => {
    const damagedKeys = new Set((await store.list("blobs/")).slice(0, 2));
    const evicted: string[] = [];
    const storage: PackStorage = {
      get: async (key) => {
        const bytes = await store.get(key);
        return bytes !== null && damagedKeys.has(key) ? bytes.slice(1) : bytes;
      },
      list: (prefix) => store.list(prefix),
      evict: async (key) => {
        evicted.push(key);
        damagedKeys.delete(key);
      },
    };
    const reported: string[] = [];
    const engine = await engineOver(storage, (key) => reported.push(key));
    const taps = resolveTaps("last", 3);
    const samples = await goldenSamples("x4001");
    const expected = await (await engineOver(store)).run(samples, taps);
    expect((await engine.run(samples, taps)).hiddenStates).toEqual(expected.hiddenStates);
    expect(reported.sort()).toEqual(evicted.sort());
    expect(evicted).toHaveLength(2);
  });

  it("reports a blob that stays damaged, and works again once it is mended", async () => {
    let damaged = true;
    const storage: PackStorage = {
      get: async (key) => {
        const bytes = await store.get(key);
        return bytes !== null && damaged
          ? bytes.with(bytes.length - 1, bytes[bytes.length - 1] ^ 1)
          : bytes;
      },
      list: (prefix) => store.list(prefix),
    };
    const engine = await engineOver(storage);
    const samples = await goldenSamples("x4001");
    await expect(engine.run(samples, resolveTaps("last", 3))).rejects.toMatchObject({
      slug: "pack-damaged",
      extensions: { part: "frontend" },
    });
    damaged = false;
    expect((await engine.run(samples, resolveTaps("last", 3))).frames).toBe(12);
  });
});
