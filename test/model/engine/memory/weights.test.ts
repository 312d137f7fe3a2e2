import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  layOutWeights,
  segmentWeights,
  viewsOf,
} from "../../../../src/model/engine/memory/weights.ts";
import { graphBuilder } from "../../../../src/model/onnx/builder.ts";
import { manifestOf } from "../../../support/model/segments-of.ts";

/** A program with a weight of each type; only the float32 one's length is free. */
function program(name: string, floats: readonly number[], bytes: readonly number[]) {
  const graph = graphBuilder(name);
  graph.weight("int8", [bytes.length], Int8Array.from(bytes));
  graph.weight("float64", [2, 1], Float64Array.of(Math.PI, -1e-300));
  graph.vector(Float32Array.from(floats));
  return graph.build();
}

const floats = fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 20 });
const bytes = fc.array(fc.integer({ min: -128, max: 127 }), { minLength: 1, maxLength: 40 });

describe("weights laid out in a blob", () => {
  it("are seen again as they were, by program and name", () => {
    fc.assert(
      fc.property(floats, bytes, floats, (first, small, second) => {
        const programs = [program("a", first, small), program("b", second, [1])];
        const blob = layOutWeights(programs);
        for (const [index, values] of [first, second].entries()) {
          const views = viewsOf(blob.bytes, blob.locations[index]);
          const [int8, float64, float32] = programs[index].weights.map(({ name }) => views[name]);
          expect(int8).toEqual({
            type: "int8",
            shape: [index === 0 ? small.length : 1],
            data: Int8Array.from(index === 0 ? small : [1]),
            isConstant: true,
          });
          expect(float64.shape).toEqual([2, 1]);
          expect([...float64.data]).toEqual([Math.PI, -1e-300]);
          expect(float32.data).toEqual(Float32Array.from(values));
        }
      }),
    );
  });

  it("are seen without copying where the blob is aligned, and copied where it is not", () => {
    const { bytes, locations } = layOutWeights([program("a", [1, 2, 3], [4])]);
    for (const view of Object.values(viewsOf(bytes, locations[0]))) {
      expect(view.data.buffer).toBe(bytes.buffer);
    }
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    const views = Object.values(viewsOf(shifted.subarray(1), locations[0]));
    expect(views.map(({ data }) => [...data])).toContainEqual([1, 2, 3]);
  });

  it("are refused where the blob ends before them", () => {
    const { bytes, locations } = layOutWeights([program("a", [1, 2, 3], [4])]);
    expect(() => viewsOf(bytes.slice(0, -16), locations[0])).toThrow(
      expect.objectContaining({ slug: "pack-damaged" }),
    );
  });

  it("are refused where the segment names a program that the pack has not", () => {
    const manifest = manifestOf([16]);
    const segment = { ...manifest.segments[0], programs: ["attend"] };
    expect(() => segmentWeights(manifest, segment, new Uint8Array(16))).toThrow(
      expect.objectContaining({ slug: "pack-damaged" }),
    );
  });
});
