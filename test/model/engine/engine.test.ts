import { beforeAll, describe, expect, it } from "vitest";
import type { Backend } from "../../../src/model/backend/backend.ts";
import { createNodeBackend } from "../../../src/model/backend/node/backend.ts";
import { createEngine } from "../../../src/model/engine/create.ts";
import type { Engine } from "../../../src/model/engine/engine.ts";
import { computationQueue } from "../../../src/model/engine/queue.ts";
import { resolveTaps } from "../../../src/model/engine/taps/resolve.ts";
import { planWindows, windowShape } from "../../../src/model/engine/windows/plan.ts";
import { HOP_SAMPLES, RECEPTIVE_FIELD_SAMPLES } from "../../../src/model/framing.ts";
import type { Matrix } from "../../../src/model/matrix.ts";
import { blobReader } from "../../../src/model/pack/blobs.ts";
import { manifestKey, type PackStorage, packBlobs } from "../../../src/model/pack/manifest.ts";
import { readManifest } from "../../../src/model/pack/registry.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import {
  GOLDEN_INPUTS,
  GOLDEN_MODELS,
  GOLDEN_TOLERANCE,
  goldenExpectations,
  goldenModelInput,
  goldenSamples,
  largestDifference,
  stackedLayer,
} from "../../../support/packs/golden.ts";
import { AMPLE_LIMITS, installGolden, nodeRegistry } from "../../../support/packs/tiny-pack.ts";

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

  async function engineOver(
    storage: PackStorage,
    report: (key: string) => void = () => {},
    limits = AMPLE_LIMITS,
  ) {
    const bytes = (await store.get(manifestKey("tiny-group-fp32"))) as Uint8Array<ArrayBuffer>;
    return createEngine({
      ...(await readManifest(bytes)),
      backend,
      readBlob: blobReader(storage, report),
      queue: computationQueue(limits.maxQueue),
      limits,
    });
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

  /** Names of the segments that `keys` are the blobs of. */
  function segmentsRead({ manifest }: Engine, keys: readonly string[]): string[] {
    return manifest.segments
      .filter(({ sha256 }) => keys.some((key) => key.includes(sha256)))
      .map(({ name }) => name);
  }

  it("reads no segment beyond the last hidden state asked for", async () => {
    const { reads, storage } = recording();
    const engine = await engineOver(storage);
    await engine.run(await goldenSamples("x4001"), resolveTaps([1], 3));
    const names = segmentsRead(engine, reads);
    expect(names).toContain("layer.0");
    expect(names).not.toContain("layer.1");
    expect(names).not.toContain("layer.2");
  });

  it("reads only the frontend when only the convolutions' features are asked for", async () => {
    const { reads, storage } = recording();
    const engine = await engineOver(storage);
    const result = await engine.run(
      await goldenSamples("x4001"),
      resolveTaps(["extract_features"], 3),
    );
    expect(segmentsRead(engine, reads)).toEqual(["frontend"]);
    expect(result.hiddenStates.size).toBe(0);
    expect(result.extractFeatures?.rows).toBe(12);
  });

  it("reads each file once for concurrent clips, and each clip gets its own answer", async () => {
    const { reads, storage } = recording();
    const engine = await engineOver(storage);
    const taps = resolveTaps("last", 3);
    const inputs = ["x4001", "x16000", "x4001quiet"] as const;
    const together = await Promise.all(
      inputs.map(async (input) => engine.run(await goldenSamples(input), taps)),
    );
    expect(reads.sort()).toEqual(
      packBlobs(engine.manifest)
        .map(({ key }) => key)
        .sort(),
    );
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
    expect(segmentsRead(engine, reads)).not.toContain("layer.0");
  });

  it.each([60, 8])(
    "says after each layer how many are done, of all windows of %i s",
    async (windowSeconds) => {
      const engine = await engineOver(store, undefined, { ...AMPLE_LIMITS, windowSeconds });
      const reports: [number, number][] = [];
      const samples = Float32Array.from({ length: 20 * 16_000 }, (_, index) => Math.sin(index / 9));
      const { windows } = await engine.run(samples, resolveTaps([0, 2], 3), {
        report: (layersDone, layersTotal) => reports.push([layersDone, layersTotal]),
      });
      expect(windows > 1).toBe(windowSeconds < 20);
      const total = 2 * windows;
      expect(reports).toEqual(Array.from({ length: total }, (_, index) => [index + 1, total]));
    },
  );

  it("lets other work run while it computes", async () => {
    const engine = await engineOver(store);
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await engine.run(await goldenSamples("x56789"), resolveTaps("last", 3));
    clearInterval(timer);
    // The frontend's chunks and the layers' blocks are each a chance.
    expect(turns).toBeGreaterThan(5);
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
      extensions: { part: "frontend" },
    });
    damaged = false;
    expect((await engine.run(samples, resolveTaps("last", 3))).frames).toBe(12);
  });

  it("gives the same numbers in the smallest budget that it accepts, reading weights again", async () => {
    const samples = await goldenSamples("x16000");
    const taps = resolveTaps("all", 3);
    const ample = await (await engineOver(store)).run(samples, taps);
    const { reads, storage } = recording();
    let refused = 0;
    let accepted = AMPLE_LIMITS.memoryBudgetBytes;
    while (accepted - refused > 1000) {
      const memoryBudgetBytes = Math.round((refused + accepted) / 2);
      const limits = { ...AMPLE_LIMITS, memoryBudgetBytes };
      const run = (await engineOver(storage, () => {}, limits)).run(samples, taps);
      const slug = await run.then(
        () => null,
        (error) => error.slug,
      );
      if (slug === null) accepted = memoryBudgetBytes;
      else {
        expect(slug).toBe("clip-exceeds-memory");
        refused = memoryBudgetBytes;
      }
    }
    const limits = { ...AMPLE_LIMITS, memoryBudgetBytes: accepted };
    const engine = await engineOver(storage, () => {}, limits);
    await engine.run(samples, taps);
    reads.length = 0;
    const result = await engine.run(samples, taps);
    expect(result.hiddenStates).toEqual(ample.hiddenStates);
    expect(segmentsRead(engine, reads)).toContain("layer.2");
    expect(result.memory.heldBufferBytes).toBeLessThan(ample.memory.heldBufferBytes);
  });
});

describe("a clip longer than a window", () => {
  const WINDOW_SECONDS = 8;

  async function runInWindows(name: string, samples: Float32Array, windowSeconds: number) {
    const store = memoryStore();
    await installGolden(store, name, "fp32");
    const registry = nodeRegistry(store, "", { ...AMPLE_LIMITS, windowSeconds });
    return (await registry.open()).run(samples, tapEverything(3));
  }

  it("is computed in several, and the answer says so", async () => {
    const samples = await goldenSamples("tile5_x56789");
    const result = await runInWindows("tiny-group", samples, WINDOW_SECONDS);
    expect(result.windows).toBeGreaterThan(1);
    expect(result.frames).toBe(887);
    expect(result.hiddenStates.get(3)?.rows).toBe(887);
    expect((await runInWindows("tiny-group", samples, 60)).windows).toBe(1);
  });

  it.each(["tiny-group", "tiny-layer"])(
    "has exactly what needs no more than a window's context: %s",
    async (name) => {
      const samples = await goldenModelInput("tile5_x56789", name === "tiny-layer");
      const windowed = await runInWindows(name, samples, WINDOW_SECONDS);
      const whole = await runInWindows(name, samples, 60);
      const same = (matrix: Matrix | null | undefined, expected: Matrix | null | undefined) =>
        expect(largestDifference(matrix as Matrix, (expected as Matrix).data)).toBeLessThan(1e-5);
      same(windowed.extractFeatures, whole.extractFeatures);
      same(windowed.hiddenStates.get(0), whole.hiddenStates.get(0));
    },
  );

  it("has the hidden states that each window gives alone", async () => {
    const samples = await goldenModelInput("tile5_x56789", true);
    const stitched = await runInWindows("tiny-layer", samples, WINDOW_SECONDS);
    for (const window of planWindows(stitched.frames, windowShape(WINDOW_SECONDS))) {
      const start = window.first * HOP_SAMPLES;
      const end = start + (window.count - 1) * HOP_SAMPLES + RECEPTIVE_FIELD_SAMPLES;
      const alone = await runInWindows("tiny-layer", samples.subarray(start, end), WINDOW_SECONDS);
      expect(alone.windows).toBe(1);
      const from = window.keepFirst - window.first;
      const expected = rowsOf(alone.lastHiddenState as Matrix, from, window.keepCount);
      const kept = rowsOf(stitched.lastHiddenState as Matrix, window.keepFirst, window.keepCount);
      expect(largestDifference(kept, expected.data)).toBeLessThan(1e-5);
    }
  });
});

function rowsOf({ columns, data }: Matrix, first: number, rows: number): Matrix {
  return { rows, columns, data: data.subarray(first * columns, (first + rows) * columns) };
}
