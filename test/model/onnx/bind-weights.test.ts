import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createNodeBackend } from "../../../src/model/backend/node/backend.ts";
import { bindWeights } from "../../../src/model/onnx/bind-weights.ts";
import { graphBuilder } from "../../../src/model/onnx/builder.ts";
import { readFields } from "../../../src/model/onnx/protobuf-reader.ts";

/** x · weight, as a program has it: its weight is an input. */
function productProgram() {
  const graph = graphBuilder("product");
  const x = graph.input("x", "float32", ["rows", 2]);
  const weight = graph.weight("float32", [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6));
  graph.output("y", graph.op("MatMul", [x, weight]), ["rows", 3]);
  const { steps, weights } = graph.build();
  const [step] = steps;
  if (!("onnx" in step)) throw new Error("the program has kernels");
  return { step, weights };
}

describe("binding weights into an ONNX file", () => {
  it("makes them constants: the file computes without being given them", async () => {
    const { step, weights } = productProgram();
    const bound = { ...step, inputs: ["x"], onnx: bindWeights(step.onnx, weights) };
    const backend = await createNodeBackend();
    const session = await backend.createSession([bound]);
    const x = { type: "float32", shape: [1, 2], data: Float32Array.of(10, 100) } as const;
    const { outputs } = await session.run({ x }, ["y"]);
    expect(Array.from(outputs.y.data)).toEqual([410, 520, 630]);
    await backend.close();
  });

  it("keeps a file without weights as it is", () => {
    const { step } = productProgram();
    expect(Buffer.compare(bindWeights(step.onnx, []), step.onnx)).toBe(0);
  });
});

describe("reading a protobuf message", () => {
  it("gives fields that make up the message, or a RangeError, of any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          const fields = readFields(bytes);
          expect(Buffer.concat(fields.map((field) => field.bytes))).toEqual(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });

  it("refuses every cut of an ONNX file inside a field", () => {
    const { step } = productProgram();
    const ends = new Set([0]);
    let end = 0;
    for (const { bytes } of readFields(step.onnx)) {
      end += bytes.length;
      ends.add(end);
    }
    for (let length = 0; length < step.onnx.length; length++) {
      const cut = () => readFields(step.onnx.subarray(0, length));
      if (ends.has(length)) expect(cut).not.toThrow();
      else expect(cut).toThrow(RangeError);
    }
  });
});
