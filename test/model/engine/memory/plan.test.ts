import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { UndertoneError } from "../../../../src/errors.ts";
import type { Engine } from "../../../../src/model/engine/engine.ts";
import { memoryNeeds, requireFit } from "../../../../src/model/engine/memory/plan.ts";
import { resolveTaps } from "../../../../src/model/engine/taps/resolve.ts";
import type { LayerSelection } from "../../../../src/model/engine/taps/selection.ts";
import { windowShape } from "../../../../src/model/engine/windows/plan.ts";
import { memoryStore } from "../../../../src/store/memory.ts";
import { GOLDEN_MODELS } from "../../../../support/packs/golden.ts";
import { AMPLE_LIMITS, installGolden, nodeRegistry } from "../../../../support/packs/tiny-pack.ts";

const SAMPLE_RATE_HZ = 16_000;
const SHAPE = windowShape(AMPLE_LIMITS.windowSeconds);
const sampleCounts = fc.integer({ min: 400, max: 600 * SAMPLE_RATE_HZ });
const shapes = fc.double({ min: 1, max: 120, noNaN: true }).map(windowShape);
const selections = fc.constantFrom<LayerSelection>("last", "all", [0], ["extract_features", -1]);

async function openGolden(name: string): Promise<Engine> {
  const store = memoryStore();
  await installGolden(store, name, "fp32");
  return nodeRegistry(store).open();
}

let engine: Engine;
beforeAll(async () => {
  engine = await openGolden("tiny-group");
});

describe("what a clip needs", () => {
  it("is never less for a longer clip", () => {
    fc.assert(
      fc.property(sampleCounts, sampleCounts, shapes, selections, (a, b, shape, selection) => {
        const taps = resolveTaps(selection, 3);
        const shorter = memoryNeeds(engine.manifest, Math.min(a, b), taps, shape);
        const longer = memoryNeeds(engine.manifest, Math.max(a, b), taps, shape);
        expect(longer.heapBytes).toBeGreaterThanOrEqual(shorter.heapBytes);
        expect(longer.bufferBytes).toBeGreaterThanOrEqual(shorter.bufferBytes);
        expect(longer.weightBytes).toBeGreaterThanOrEqual(shorter.weightBytes);
      }),
    );
  });

  it("is a constant heap however many windows a clip has", () => {
    const taps = resolveTaps("last", 3);
    const heapBytes = (seconds: number) =>
      memoryNeeds(engine.manifest, seconds * SAMPLE_RATE_HZ, taps, windowShape(30)).heapBytes;
    expect(heapBytes(600)).toBe(heapBytes(31));
  });
});

describe("requireFit", () => {
  /** The seconds that a refusal names, or `null` if the clip fits. */
  function refusedFor(
    sampleCount: number,
    selection: "last" | "all",
    limits: { memoryBudgetBytes: number; shape: typeof SHAPE },
  ): number | null {
    try {
      requireFit(engine.manifest, sampleCount, resolveTaps(selection, 3), limits);
      return null;
    } catch (error) {
      expect(error).toBeInstanceOf(UndertoneError);
      const { slug, extensions, message } = error as UndertoneError;
      expect(slug).toBe("clip-exceeds-memory");
      const { maxSeconds } = extensions;
      expect(message).toContain(maxSeconds === 0 ? "no clip fits" : `${maxSeconds} s fit`);
      return maxSeconds as number;
    }
  }

  it("names as many seconds as fit, to a tenth: those pass and a tenth more does not", () => {
    const budgets = fc.integer({ min: 15e6, max: 60e6 });
    const choices = fc.constantFrom("last" as const, "all" as const);
    let refusals = 0;
    fc.assert(
      fc.property(
        sampleCounts,
        budgets,
        choices,
        shapes,
        (count, memoryBudgetBytes, taps, shape) => {
          const limits = { memoryBudgetBytes, shape };
          const seconds = refusedFor(count, taps, limits);
          if (seconds === null) return;
          refusals++;
          expect(seconds * SAMPLE_RATE_HZ).toBeLessThan(count);
          if (seconds > 0) expect(refusedFor(seconds * SAMPLE_RATE_HZ, taps, limits)).toBeNull();
          expect(refusedFor((seconds + 0.1) * SAMPLE_RATE_HZ, taps, limits)).toBe(seconds);
        },
      ),
    );
    expect(refusals).toBeGreaterThan(10);
  });

  it("takes a clip that fits exactly and refuses it with a byte less", () => {
    const taps = resolveTaps("last", 3);
    const needs = memoryNeeds(engine.manifest, SAMPLE_RATE_HZ, taps, SHAPE);
    const exactBytes = Math.ceil(needs.heapBytes + needs.bufferBytes + needs.weightBytes);
    const limits = (memoryBudgetBytes: number) => ({ memoryBudgetBytes, shape: SHAPE });
    expect(refusedFor(SAMPLE_RATE_HZ, "last", limits(exactBytes))).toBeNull();
    expect(refusedFor(SAMPLE_RATE_HZ, "last", limits(exactBytes - 1))).not.toBeNull();
  });
});

const PRECISIONS = ["fp32", "q8", "q8a", "q8n"] as const;
const PACKS = GOLDEN_MODELS.flatMap((model) =>
  PRECISIONS.map((precision) => ({ ...model, precision })),
);

describe.each(PACKS)("the estimate for $name in $precision", ({ name, layerCount, precision }) => {
  it("is more than a run takes", async () => {
    const store = memoryStore();
    await installGolden(store, name, precision);
    for (const seconds of [0.025, 1, 5, 20, 60]) {
      const samples = new Float32Array(seconds * SAMPLE_RATE_HZ).map((_, index) =>
        Math.sin(0.05 * index),
      );
      const taps = resolveTaps("all", layerCount);
      // A heap of its own: the last clip's would hide what this one takes.
      const { manifest, run } = await nodeRegistry(store).open();
      const needs = memoryNeeds(manifest, samples.length, taps, SHAPE);
      const { memory } = await run(samples, taps);
      expect(memory.wasmHeapBytes).toBeLessThanOrEqual(needs.heapBytes);
    }
  });
});
