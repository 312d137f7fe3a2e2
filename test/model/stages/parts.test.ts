import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PackManifest } from "../../../src/model/pack/manifest.ts";
import { planParts } from "../../../src/model/stages/parts.ts";

/** A manifest of segments of these sizes. */
function manifestOf(layers: readonly number[], before: number, after: number): PackManifest {
  const segment = (name: string, bytes: number) => ({ name, bytes, programs: [], sha256: "" });
  return {
    id: "test",
    programs: [],
    architecture: { layerCount: layers.length },
    segments: [
      segment("frontend", before),
      segment("positional", before),
      ...layers.map((bytes, index) => segment(`layer.${index}`, bytes)),
      segment("final_norm", after),
      segment("head.logits", after),
    ],
  } as unknown as PackManifest;
}

/** The largest part of every way to cut, of which the least counts. */
function leastLargest(sizes: readonly number[], count: number): number {
  const sum = (part: readonly number[]) => part.reduce((total, size) => total + size, 0);
  if (count === 1) return sum(sizes);
  let least = Number.POSITIVE_INFINITY;
  for (let first = 1; first <= sizes.length - count + 1; first++) {
    const rest = leastLargest(sizes.slice(first), count - 1);
    least = Math.min(least, Math.max(sum(sizes.slice(0, first)), rest));
  }
  return least;
}

const size = fc.integer({ min: 1, max: 100 });
const models = fc
  .record({ layers: fc.array(size, { minLength: 1, maxLength: 9 }), before: size, after: size })
  .chain((model) =>
    fc.record({
      model: fc.constant(model),
      count: fc.integer({ min: 1, max: model.layers.length }),
    }),
  );

describe("the parts of a model", () => {
  it("cover it in order, each with a layer, and the largest is as small as it can be", () => {
    fc.assert(
      fc.property(models, ({ model: { layers, before, after }, count }) => {
        const manifest = manifestOf(layers, before, after);
        const parts = planParts(manifest, count);
        expect(parts.flatMap(({ segments }) => segments)).toEqual(manifest.segments);
        expect(parts.map(({ number }) => number)).toEqual(
          Array.from({ length: count }, (_, index) => index + 1),
        );
        for (const { firstLayer, endLayer } of parts) expect(endLayer).toBeGreaterThan(firstLayer);
        const sizes = [...layers];
        sizes[0] += 2 * before;
        sizes[sizes.length - 1] += 2 * after;
        const bytes = parts.map(({ segments }) =>
          segments.reduce((sum, segment) => sum + segment.bytes, 0),
        );
        expect(Math.max(...bytes)).toBe(leastLargest(sizes, count));
      }),
    );
  });

  it("are not made of a ready export", () => {
    const manifest = {
      ...manifestOf([1, 1], 1, 1),
      programs: [{ name: "model", steps: [{ segment: "model", inputs: [], outputs: [] }] }],
    } as unknown as PackManifest;
    expect(() => planParts(manifest, 2)).toThrow("is a ready ONNX export, which cannot be cut");
  });
});
