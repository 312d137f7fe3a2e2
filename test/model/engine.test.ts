import { beforeAll, describe, expect, it } from "vitest";
import type { Backend } from "../../src/model/backend/backend.ts";
import { createNodeBackend } from "../../src/model/backend/node.ts";
import { createEngine, type Engine } from "../../src/model/engine.ts";
import { resolveTaps } from "../../src/model/layers.ts";
import { decodeManifest, manifestKey, type PackStorage } from "../../src/model/pack.ts";
import { segmentSessions } from "../../src/model/segments.ts";
import { memoryStore } from "../../src/store/memory.ts";
import {
  GOLDEN_INPUTS,
  GOLDEN_MODELS,
  GOLDEN_TOLERANCE,
  goldenExpectations,
  goldenModelInput,
  goldenSamples,
  largestDifference,
  stackedLayer,
} from "../golden.ts";
import { installGolden, nodeRegistry } from "../tiny-pack.ts";

const everything = ["all", "extract_features", "last_hidden_state"] as const;

function tapEverything(layerCount: number) {
  const [, ...named] = everything;
  return {
    ...resolveTaps(named, layerCount),
    hiddenStates: resolveTaps("all", layerCount).hiddenStates,
  };
}

describe.each(GOLDEN_MODELS)(
  "an fp32 pack of $name",
  ({ name, layerCount, doNormalize, stable }) => {
    let engine: Engine;
    beforeAll(async () => {
      const store = memoryStore();
      await installGolden(store, name, "fp32");
      engine = await nodeRegistry(store).open();
    });

    it.each(GOLDEN_INPUTS)("gives the reference's tensors for %s", async (input) => {
      const expected = await goldenExpectations(name, input);
      const result = await engine.run(
        await goldenModelInput(input, doNormalize),
        tapEverything(layerCount),
      );
      expect(result.hiddenStates.size).toBe(layerCount + 1);
      for (const [index, matrix] of result.hiddenStates) {
        const layer = stackedLayer(expected.hiddenStates as Float32Array, index, layerCount);
        expect(largestDifference(matrix, layer, expected.frameStep)).toBeLessThan(GOLDEN_TOLERANCE);
      }
      if (expected.extractFeatures !== null) {
        const features = result.extractFeatures as NonNullable<typeof result.extractFeatures>;
        expect(largestDifference(features, expected.extractFeatures)).toBeLessThan(
          GOLDEN_TOLERANCE,
        );
      }
      const last = result.lastHiddenState as NonNullable<typeof result.lastHiddenState>;
      const expectedLast = stable
        ? (expected.lastHiddenState as Float32Array)
        : stackedLayer(expected.hiddenStates as Float32Array, layerCount, layerCount);
      expect(largestDifference(last, expectedLast, expected.frameStep)).toBeLessThan(
        GOLDEN_TOLERANCE,
      );
    });
  },
);

describe("an engine", () => {
  let backend: Backend;
  const store = memoryStore();
  beforeAll(async () => {
    backend = await createNodeBackend();
    await installGolden(store, "tiny-group", "fp32");
  });

  async function engineOver(storage: PackStorage, report: (key: string) => void = () => {}) {
    const manifest = decodeManifest(
      (await store.get(manifestKey("tiny-group-fp32"))) as Uint8Array,
    );
    return createEngine(manifest, "digest", segmentSessions(manifest, storage, backend, report));
  }

  /** Reads from the store and remembers which blobs were read. */
  function recording() {
    const reads: string[] = [];
    const storage: PackStorage = {
      get: (key) => {
        reads.push(key);
        return store.get(key);
      },
      list: (prefix) => store.list(prefix),
    };
    return { reads, storage };
  }

  it("reads no segment beyond the last hidden state asked for", async () => {
    const { reads, storage } = recording();
    const engine = await engineOver(storage);
    await engine.run(await goldenSamples("x4001"), resolveTaps([1], 3));
    const names = engine.manifest.segments
      .filter((segment) => reads.some((key) => key.includes(segment.sha256)))
      .map((segment) => segment.name);
    expect(names).toEqual(["frontend", "positional", "layer.0"]);
  });

  it("reads only the frontend when only the convolutions' features are asked for", async () => {
    const { reads, storage } = recording();
    const engine = await engineOver(storage);
    const result = await engine.run(
      await goldenSamples("x4001"),
      resolveTaps(["extract_features"], 3),
    );
    expect(reads).toHaveLength(1);
    expect(result.hiddenStates.size).toBe(0);
    expect(result.extractFeatures?.rows).toBe(12);
  });

  it("makes each session once for concurrent clips, and each clip gets its own answer", async () => {
    const { reads, storage } = recording();
    const engine = await engineOver(storage);
    const taps = resolveTaps("last", 3);
    const inputs = ["x4001", "x16000", "x4001quiet"] as const;
    const together = await Promise.all(
      inputs.map(async (input) => engine.run(await goldenSamples(input), taps)),
    );
    expect(reads).toHaveLength(engine.manifest.segments.length);
    for (const [index, input] of inputs.entries()) {
      const alone = await engine.run(await goldenSamples(input), taps);
      expect(together[index].hiddenStates.get(3)).toEqual(alone.hiddenStates.get(3));
    }
  });

  it("refuses 399 samples and names the minimum", async () => {
    const engine = await engineOver(store);
    await expect(engine.run(new Float32Array(399), resolveTaps("last", 3))).rejects.toMatchObject({
      slug: "clip-too-short",
      extensions: { minimumSamples: 400 },
    });
  });

  it("gives finite numbers for silence and for a constant offset", async () => {
    const engine = await engineOver(store);
    for (const level of [0, 0.5]) {
      const result = await engine.run(new Float32Array(4001).fill(level), resolveTaps("last", 3));
      expect(result.hiddenStates.get(3)?.data.every(Number.isFinite)).toBe(true);
    }
  });

  it("stops within a segment when the client goes away", async () => {
    const { reads, storage } = recording();
    const engine = await engineOver(storage);
    const controller = new AbortController();
    const running = engine.run(await goldenSamples("x56789"), resolveTaps("last", 3), {
      signal: controller.signal,
    });
    controller.abort();
    await expect(running).rejects.toMatchObject({ slug: "request-aborted" });
    expect(reads).toHaveLength(1);
  });

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
      extensions: { segment: "frontend" },
    });
    damaged = false;
    expect((await engine.run(samples, resolveTaps("last", 3))).frames).toBe(12);
  });
});
