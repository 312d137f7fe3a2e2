import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UndertoneError } from "../../../../src/errors.ts";
import { readOnnxSignature } from "../../../../src/model/checkpoint/exported/onnx-signature.ts";
import { onnxFile } from "../../../support/checkpoints/onnx-file.ts";
import { EXPORT_FILE } from "../../../support/model/exported.ts";

const exported = await readFile(EXPORT_FILE);

/** Reads it, or gives the slug of its refusal. */
function outcomeOf(bytes: Uint8Array) {
  try {
    return readOnnxSignature(bytes);
  } catch (error) {
    if (error instanceof UndertoneError) return error.slug;
    throw error;
  }
}

describe("readOnnxSignature", () => {
  it("names what a file of torch takes and gives", () => {
    expect(readOnnxSignature(exported)).toEqual({
      inputs: [{ name: "input_values", isFloat32: true }],
      outputs: [
        { name: "last_hidden_state", isFloat32: true },
        { name: "logits", isFloat32: true },
      ],
      hasExternalWeights: false,
    });
  });

  it("does not take weights that old files list among their inputs for inputs", () => {
    const file = onnxFile({ inputs: ["input_values", "weight"], initializers: ["weight"] });
    expect(readOnnxSignature(file).inputs).toEqual([{ name: "input_values", isFloat32: true }]);
  });

  it("tells float32 from other types, and weights of another file from its own", () => {
    const halves = readOnnxSignature(onnxFile({ elementType: 10, external: true }));
    expect(halves.inputs).toEqual([{ name: "input_values", isFloat32: false }]);
    expect(halves.hasExternalWeights).toBe(true);
  });

  it("refuses a file that is cut anywhere, or something else altogether", () => {
    for (const share of [0, 0.1, 0.5, 0.9, 0.999]) {
      const cut = exported.subarray(0, Math.floor(share * exported.length));
      expect(outcomeOf(cut)).toBe("checkpoint-invalid");
    }
    expect(outcomeOf(new TextEncoder().encode("version https://git-lfs.github.com/spec/v1"))).toBe(
      "checkpoint-invalid",
    );
  });

  it("reads or refuses any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const outcome = outcomeOf(bytes);
        expect(typeof outcome === "object" || outcome === "checkpoint-invalid").toBe(true);
      }),
    );
  });

  it("reads or refuses a file with any byte changed", () => {
    const small = onnxFile({});
    fc.assert(
      fc.property(fc.nat(small.length - 1), fc.nat(255), (position, value) => {
        const changed = small.slice();
        changed[position] = value;
        const outcome = outcomeOf(changed);
        expect(typeof outcome === "object" || outcome === "checkpoint-invalid").toBe(true);
      }),
    );
  });
});
