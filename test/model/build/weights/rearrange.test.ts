import { describe, expect, it } from "vitest";
import {
  sideBySide,
  transposed,
  weightNormalised,
  windowWeights,
} from "../../../../src/model/build/weights/rearrange.ts";

function counting(...shape: number[]) {
  const length = shape.reduce((product, size) => product * size, 1);
  return { shape, data: Float32Array.from({ length }, (_, index) => index) };
}

describe("weight layouts", () => {
  it("transpose PyTorch's [outputs, inputs]", () => {
    expect(transposed(counting(2, 3))).toEqual({
      shape: [3, 2],
      data: Float32Array.of(0, 3, 1, 4, 2, 5),
    });
  });

  it("put a convolution's tap k and channel c at row k · channels + c", () => {
    const { shape, data } = windowWeights(counting(2, 3, 4));
    expect(shape).toEqual([12, 2]);
    const [output, channel, tap] = [1, 2, 3];
    expect(data[(tap * 3 + channel) * 2 + output]).toBe((output * 3 + channel) * 4 + tap);
  });

  it("put matrices side by side", () => {
    const joined = sideBySide([counting(2, 1), counting(2, 2)]);
    expect(joined).toEqual({ shape: [2, 3], data: Float32Array.of(0, 0, 1, 1, 2, 3) });
  });
});

describe("weight norm", () => {
  it("gives each kernel position its gain as Frobenius norm", () => {
    const gain = { shape: [1, 1, 2], data: Float32Array.of(3, 0.5) };
    const { data } = weightNormalised(gain, counting(4, 3, 2));
    for (const [tap, expected] of [3, 0.5].entries()) {
      const norm = Math.hypot(...data.filter((_, index) => index % 2 === tap));
      expect(norm).toBeCloseTo(expected, 6);
    }
  });
});
