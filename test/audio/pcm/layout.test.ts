import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PcmCodec, pcmSampleBytes, readPcm } from "../../../src/audio/pcm/layout.ts";

const LOWEST_AND_HALF: readonly [PcmCodec, lowest: number[], half: number[]][] = [
  ["pcm_u8", [0], [0xc0]],
  ["pcm_s8", [0x80], [0x40]],
  ["pcm_s16le", [0, 0x80], [0, 0x40]],
  ["pcm_s16be", [0x80, 0], [0x40, 0]],
  ["pcm_s24le", [0, 0, 0x80], [0, 0, 0x40]],
  ["pcm_s24be", [0x80, 0, 0], [0x40, 0, 0]],
  ["pcm_s32le", [0, 0, 0, 0x80], [0, 0, 0, 0x40]],
  ["pcm_s32be", [0x80, 0, 0, 0], [0x40, 0, 0, 0]],
  ["pcm_f32le", [0, 0, 0x80, 0xbf], [0, 0, 0, 0x3f]],
  ["pcm_f32be", [0xbf, 0x80, 0, 0], [0x3f, 0, 0, 0]],
  ["pcm_f64le", [0, 0, 0, 0, 0, 0, 0xf0, 0xbf], [0, 0, 0, 0, 0, 0, 0xe0, 0x3f]],
  ["pcm_f64be", [0xbf, 0xf0, 0, 0, 0, 0, 0, 0], [0x3f, 0xe0, 0, 0, 0, 0, 0, 0]],
];

test.each(LOWEST_AND_HALF)(
  "%s reaches from -1 up, one array per channel",
  (codec, lowest, half) => {
    expect(pcmSampleBytes(codec)).toBe(lowest.length);
    const bytes = Uint8Array.from([...lowest, ...half, ...half, ...lowest, 0]);
    expect(readPcm(bytes, codec, 2)).toEqual([Float32Array.of(-1, 0.5), Float32Array.of(0.5, -1)]);
  },
);

test.each(LOWEST_AND_HALF)("%s is read wherever it begins in its buffer", (codec, lowest, half) => {
  const bytes = Uint8Array.from([7, ...lowest, ...half]).subarray(1);
  const before = bytes.slice();
  expect(readPcm(bytes, codec, 1)).toEqual([Float32Array.of(-1, 0.5)]);
  expect(bytes).toEqual(before);
});

describe("steps between", () => {
  test("24-bit integers are the top of 32-bit ones, in both orders", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 23), max: 2 ** 23 - 1 }), (step) => {
        const bytes = new Uint8Array(4);
        new DataView(bytes.buffer).setInt32(0, step * 2 ** 8);
        const expected = readPcm(bytes, "pcm_s32be", 1);
        expect(readPcm(bytes.subarray(0, 3), "pcm_s24be", 1)).toEqual(expected);
        expect(readPcm(bytes.subarray(0, 3).toReversed(), "pcm_s24le", 1)).toEqual(expected);
      }),
    );
  });

  test.each(["pcm_alaw", "pcm_mulaw"] as const)("%s falls as it rises", (codec) => {
    const byMagnitude = Uint8Array.from({ length: 128 }, (_, index) =>
      codec === "pcm_alaw" ? (index | 0x80) ^ 0x55 : 0xff - index,
    );
    const [rising = new Float32Array()] = readPcm(byMagnitude, codec, 1);
    const [falling] = readPcm(
      byMagnitude.map((byte) => byte ^ 0x80),
      codec,
      1,
    );
    expect(rising).toEqual(rising.toSorted());
    expect(falling).toEqual(rising.map((sample) => 0 - sample));
  });
});
