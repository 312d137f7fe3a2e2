import { describe, expect, it } from "vitest";
import { createNodeBackend } from "../../../src/model/backend/node/backend.ts";
import { graphBuilder } from "../../../src/model/onnx/builder.ts";

/** A graph that uses every kind of attribute, negative integers, and several outputs. */
function sample() {
  const graph = graphBuilder("sample");
  const rows = graph.input("rows", "float32", ["n", 4]);
  const [left, right] = graph.split(rows, 2, -1);
  const sum = graph.op("ReduceSum", [graph.op("Mul", [left, right]), graph.ints(-1)], {
    keepdims: { int: 0 },
  });
  const padded = graph.op("LeakyRelu", [sum], { alpha: { float: 0.25 } });
  graph.output("result", graph.op("Transpose", [padded], { perm: { ints: [0] } }), ["n"]);
  return graph.build();
}

describe("an encoded graph", () => {
  it("is understood by onnxruntime as it was meant", async () => {
    const segment = sample();
    const session = await (await createNodeBackend()).createSession(segment.steps);
    const data = Float32Array.of(1, 2, 3, 4, 1, -2, 3, 4);
    const { outputs } = await session.run(
      { rows: { type: "float32", shape: [2, 4], data } },
      segment.outputs,
    );
    expect([...outputs.result.data]).toEqual([11, -1.25]);
    expect(outputs.result.shape).toEqual([2]);
  });

  it("names its inputs and outputs", () => {
    expect(sample()).toMatchObject({ name: "sample", inputs: ["rows"], outputs: ["result"] });
  });

  it("has the same bytes every time", () => {
    expect(sample().steps).toEqual(sample().steps);
  });
});
