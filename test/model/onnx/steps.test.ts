import { beforeAll, describe, expect, it } from "vitest";
import type { Backend } from "../../../src/model/backend/backend.ts";
import { createNodeBackend } from "../../../src/model/backend/node/backend.ts";
import { graphBuilder } from "../../../src/model/onnx/builder.ts";
import { openProgram } from "../../support/model/open-program.ts";

let backend: Backend;
beforeAll(async () => {
  backend = await createNodeBackend();
});

/** ((a + b) doubled + a) · gain, by kernels and ONNX operators in turn. */
function mixedProgram() {
  const graph = graphBuilder("mixed");
  const a = graph.input("a", "float32", ["n", 2]);
  const b = graph.input("b", "float32", ["n", 2]);
  const sum = graph.kernel("add", [a, b]);
  const doubled = graph.op("Mul", [sum, graph.float(2)]);
  const shifted = graph.op("Neg", [graph.op("Neg", [doubled])]);
  const again = graph.kernel("add", [shifted, a]);
  const gain = graph.vector(Float32Array.of(1, 10));
  graph.output("result", graph.op("Mul", [again, gain]), ["n", 2]);
  return graph.build();
}

describe("a program of kernels and ONNX operators", () => {
  it("has a step for each kernel and one for each run of operators between them", () => {
    const kinds = mixedProgram().steps.map((step) => ("kernel" in step ? step.kernel : "onnx"));
    expect(kinds).toEqual(["add", "onnx", "add", "onnx"]);
  });

  it("computes what its operators say, one after another", async () => {
    const { session, weights } = await openProgram(backend, mixedProgram());
    const matrix = (...data: number[]) =>
      ({ type: "float32", shape: [2, 2], data: Float32Array.from(data) }) as const;
    const { outputs } = await session.run(
      { a: matrix(1, 2, 3, 4), b: matrix(5, 6, 7, 8), ...weights },
      ["result"],
    );
    expect(outputs.result.shape).toEqual([2, 2]);
    expect([...outputs.result.data]).toEqual([13, 180, 23, 280]);
  });

  it("can end with a kernel, without a step to name its result", async () => {
    const graph = graphBuilder("sum");
    const a = graph.input("a", "float32", ["n", 2]);
    graph.output("result", graph.kernel("add", [a, a]), ["n", 2]);
    const program = graph.build();
    expect(program.steps).toHaveLength(1);
    const { session } = await openProgram(backend, program);
    const input = { type: "float32", shape: [1, 2], data: Float32Array.of(1, 2) } as const;
    expect([...(await session.run({ a: input }, ["result"])).outputs.result.data]).toEqual([2, 4]);
  });

  it("leaves nothing in the heap behind", async () => {
    const graph = graphBuilder("sums");
    const a = graph.input("a", "float32", ["n", 1000]);
    const doubled = graph.op("Add", [graph.kernel("add", [a, a]), graph.float(1)]);
    graph.output("result", graph.kernel("add", [doubled, a]), ["n", 1000]);
    const { session } = await openProgram(backend, graph.build());
    const data = new Float32Array(1_000_000).fill(1);
    const run = () =>
      session.run({ a: { type: "float32", shape: [1000, 1000], data } }, ["result"]);
    await run();
    const before = backend.heapBytes();
    for (let round = 0; round < 20; round++) await run();
    expect(backend.heapBytes()).toBe(before);
  });
});
