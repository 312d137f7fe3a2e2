import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Backend } from "../../../../src/model/backend/backend.ts";
import { createNodeBackend } from "../../../../src/model/backend/node/backend.ts";
import {
  addInt8Linear,
  addLinear,
  type Linear,
} from "../../../../src/model/build/programs/linear.ts";
import { quantizeColumns } from "../../../../src/model/build/weights/quantize.ts";
import { graphBuilder } from "../../../../src/model/onnx/builder.ts";
import { openProgram } from "../../../support/model/open-program.ts";
import { relativeError, waves } from "../../../support/model/signals.ts";

let backend: Backend;
beforeAll(async () => {
  backend = await createNodeBackend();
});

async function runLinear(
  linear: Linear,
  rows: Float32Array,
  precision: "float32" | "int8",
): Promise<Float32Array> {
  const [inputs, outputs] = linear.weight.shape;
  const graph = graphBuilder("linear");
  const value = graph.input("rows", "float32", ["n", inputs]);
  const add = precision === "int8" ? addInt8Linear : addLinear;
  graph.output("result", add(graph, value, linear), ["n", outputs]);
  const { session, weights } = await openProgram(backend, graph.build());
  const shape = [rows.length / inputs, inputs];
  const feeds = { rows: { type: "float32", shape, data: rows } as const, ...weights };
  return (await session.run(feeds, ["result"])).outputs.result.data;
}

/** rows · weight + bias in float64. */
function product({ weight, bias }: Linear, rows: Float32Array): Float64Array {
  const [inputs, outputs] = weight.shape;
  return Float64Array.from({ length: (rows.length / inputs) * outputs }, (_, index) => {
    const row = Math.floor(index / outputs);
    const column = index % outputs;
    let sum = bias?.[column] ?? 0;
    for (let i = 0; i < inputs; i++)
      sum += rows[row * inputs + i] * weight.data[i * outputs + column];
    return sum;
  });
}

const linear: Linear = {
  weight: { shape: [64, 48], data: waves(64 * 48, 0.7) },
  bias: waves(48, 2.1),
};

describe("a linear layer", () => {
  it("is exact to float32 in float32", async () => {
    const rows = waves(10 * 64, 0.31);
    expect(
      relativeError(await runLinear(linear, rows, "float32"), product(linear, rows)),
    ).toBeLessThan(1e-6);
  });

  it("is within what seven and eight bits are worth in int8", async () => {
    const rows = waves(10 * 64, 0.31);
    const error = relativeError(await runLinear(linear, rows, "int8"), product(linear, rows));
    expect(error).toBeLessThan(0.01);
    expect(error).toBeGreaterThan(0);
  });

  it("is so for every number of inputs and outputs in int8", async () => {
    for (const [inputs, outputs] of [
      [1, 1],
      [31, 3],
      [33, 5],
      [100, 6],
    ]) {
      const odd: Linear = {
        weight: { shape: [inputs, outputs], data: waves(inputs * outputs, 0.7) },
        bias: waves(outputs, 2.1),
      };
      const rows = waves(7 * inputs, 0.31);
      const result = await runLinear(odd, rows, "int8");
      expect(relativeError(result, product(odd, rows))).toBeLessThan(0.01);
    }
  });

  it("keeps a quiet row's bits beside a row a thousand times louder in int8", async () => {
    const unbiased: Linear = { ...linear, bias: null };
    const quiet = waves(64, 0.31).map((value) => value / 1000);
    const rows = new Float32Array([...quiet, ...waves(64, 0.17)]);
    const result = await runLinear(unbiased, rows, "int8");
    expect(relativeError(result.subarray(0, 48), product(unbiased, quiet))).toBeLessThan(0.01);
  });

  it("gives the bias alone for a row of zeros in int8", async () => {
    const result = await runLinear(linear, new Float32Array(64), "int8");
    expect(result).toEqual(linear.bias);
  });
});

describe("quantized columns", () => {
  it("differ from the weights by at most half a step of their own column", () => {
    const matrices = fc.float32Array({
      minLength: 12,
      maxLength: 12,
      min: -100,
      max: 100,
      noNaN: true,
    });
    fc.assert(
      fc.property(matrices, (data) => {
        const { quantized, scales } = quantizeColumns({ shape: [4, 3], data });
        for (const [index, value] of data.entries()) {
          const scale = scales[index % 3];
          expect(Math.abs(quantized[index] * scale - value)).toBeLessThanOrEqual(scale * 0.50001);
        }
      }),
    );
  });

  it("leave a column of zeros at zero", () => {
    const { quantized, scales } = quantizeColumns({ shape: [2, 1], data: new Float32Array(2) });
    expect([...quantized]).toEqual([0, 0]);
    expect(scales[0]).toBeGreaterThan(0);
  });
});
