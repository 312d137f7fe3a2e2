import { describe, expect, it } from "vitest";
import { convertToFloat32 } from "../../../../src/model/checkpoint/files/float-conversion.ts";

/** Every 16-bit pattern there is. */
const allWords = Uint16Array.from({ length: 0x10000 }, (_, word) => word);
const view = new DataView(allWords.buffer);

function bytes(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(allWords.slice().buffer);
}

describe("convertToFloat32", () => {
  it("gives every half its exact value: subnormals, infinities, NaNs and signed zeros too", () => {
    const converted = convertToFloat32(bytes(), "F16");
    for (const word of allWords) {
      const expected = view.getFloat16(word * 2, true);
      if (!Object.is(converted[word], expected))
        expect([word, converted[word]]).toEqual([word, expected]);
    }
  });

  it("gives every bfloat16 the single whose upper half it is", () => {
    const converted = convertToFloat32(bytes(), "BF16");
    expect(converted).toEqual(
      new Float32Array(Uint32Array.from(allWords, (word) => word * 65536).buffer),
    );
    expect(converted[0x7f80]).toBe(Infinity);
    expect(converted[0x8000]).toBe(-0);
  });

  it("leaves F32 as it is", () => {
    const values = Float32Array.of(1e-45, -0, Number.POSITIVE_INFINITY, 0.1);
    expect(convertToFloat32(new Uint8Array(values.slice().buffer), "F32")).toEqual(values);
  });
});
