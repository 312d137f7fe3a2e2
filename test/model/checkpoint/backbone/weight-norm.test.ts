import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { weightNormalised } from "../../../../src/model/build/weights/rearrange.ts";
import { splitWeightNorm } from "../../../../src/model/checkpoint/backbone/weight-norm.ts";
import type { TensorFile } from "../../../../src/model/checkpoint/files/tensor-file.ts";

const NAME = "wavlm.encoder.pos_conv_embed.conv.weight";

function fileOf(name: string, shape: readonly number[], data: Float32Array): TensorFile {
  return { shapes: new Map([[name, shape]]), read: async () => ({ shape, data }) };
}

describe("a merged weight norm", () => {
  test("is split into factors whose product is the weight again", async () => {
    const sizes = fc.tuple(...[4, 3, 5].map((max) => fc.integer({ min: 1, max })));
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer(), async (shape, seed) => {
        const count = shape[0] * shape[1] * shape[2];
        const data = Float32Array.from({ length: count }, (_, n) => Math.sin(seed + 7 * n));
        data.fill(0, 0, seed % 2 === 0 ? count : 0);
        const split = splitWeightNorm(fileOf(NAME, shape, data));
        expect([...split.shapes]).toEqual([
          [`${NAME}_g`, [1, 1, shape[2]]],
          [`${NAME}_v`, shape],
        ]);
        const product = weightNormalised(
          await split.read(`${NAME}_g`),
          await split.read(`${NAME}_v`),
        );
        for (const [index, value] of product.data.entries()) {
          expect(value).toBeCloseTo(data[index] ?? Number.NaN, 5);
        }
      }),
    );
  });

  test("is looked for in no other convolution", () => {
    const file = fileOf(
      "feature_extractor.conv_layers.0.conv.weight",
      [1, 1, 1],
      new Float32Array(1),
    );
    expect(splitWeightNorm(file)).toBe(file);
  });
});
