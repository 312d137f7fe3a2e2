import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nodeCodecs } from "../../../src/audio/codecs/modules-node.ts";
import { decodeFlac } from "../../../src/audio/containers/flac.ts";
import { decodeAll, refusalOfDecoding } from "../decoding.ts";
import { readClip } from "../fixtures.ts";
import { flacFrame, makeFlac } from "../make-flac.ts";
import { joined, text } from "./bytes.ts";

const OPTIONS = { decoder: decodeFlac, codecs: nodeCodecs() };
const RAMP = Array.from({ length: 64 }, (_, index) => index * 500 - 16_000);

const decode = (bytes: Uint8Array) => decodeAll(bytes, OPTIONS);
const refusal = (bytes: Uint8Array) => refusalOfDecoding(bytes, OPTIONS);

describe("samples", () => {
  test.each([8, 16, 24, 32])("of %d bits are the stored integers over full scale", async (bits) => {
    const fullScale = 2 ** (bits - 1);
    const sample = fc.integer({ min: -fullScale, max: fullScale - 1 });
    await fc.assert(
      fc.asyncProperty(fc.array(sample, { minLength: 16, maxLength: 600 }), async (samples) => {
        const { channels, description } = await decode(
          makeFlac({ frames: [samples, samples], bitsPerSample: bits }),
        );
        expect(description.bitsPerSample).toBe(bits);
        const expected = samples.map((stored) => Math.fround(stored / fullScale));
        expect([...(channels[0] as Float32Array)]).toEqual([...expected, ...expected]);
      }),
      { numRuns: 20, examples: [[[-fullScale, fullScale - 1, ...new Array(14).fill(0)]]] },
    );
  });

  test.each([4, 12, 20])("of %d bits are refused by their number", async (bits) => {
    const refused = await refusal(
      makeFlac({ frames: [new Array(16).fill(1)], bitsPerSample: bits }),
    );
    expect(refused.slug).toBe("unsupported-codec");
    expect(refused.message).toContain(`FLAC of ${bits} bits per sample; 8, 16, 24, 32 are read`);
  });
});

describe("frames", () => {
  const file = (...frames: readonly Uint8Array[]) =>
    joined(makeFlac({ frames: [RAMP], bitsPerSample: 16 }), ...frames);
  const ramp = Float32Array.from(RAMP, (sample) => sample / 0x8000);

  test("may be followed by an ID3v1 tag", async () => {
    const { channels, damaged } = await decode(file(text(`TAG${"\0".repeat(125)}`)));
    expect(channels).toEqual([ramp]);
    expect(damaged).toBe(false);
  });

  test("end the clip where one is damaged", async () => {
    const broken = flacFrame(RAMP, 16, 1);
    broken[50] = (broken[50] as number) ^ 4;
    const after = [flacFrame(RAMP, 16, 2), flacFrame(RAMP, 16, 3)];
    const { channels, damaged } = await decode(file(broken, ...after));
    expect(channels).toEqual([ramp]);
    expect(damaged).toBe(true);
  });

  test("that something else follows cannot be told from it, and end with the one before", async () => {
    const { channels, damaged } = await decode(file(flacFrame(RAMP, 16, 1), text("no frame")));
    expect(channels).toEqual([ramp]);
    expect(damaged).toBe(true);
  });

  test("without an end are given up once they are longer than any frame", async () => {
    let readBytes = 0;
    async function* endless() {
      yield makeFlac({ frames: [], bitsPerSample: 16 });
      yield flacFrame(RAMP, 16).subarray(0, -1);
      for (; readBytes < 2 ** 24; readBytes += 2 ** 16) yield new Uint8Array(2 ** 16).fill(1);
    }
    const { byteSource } = await import("../../../src/audio/byte-source.ts");
    const blocks = decodeFlac(byteSource(endless()), {
      codecs: OPTIONS.codecs,
      describe() {},
      damaged() {},
      notice() {},
    });
    await expect(blocks.next()).rejects.toMatchObject({ slug: "clip-damaged" });
    expect(readBytes).toBeLessThan(2 ** 18);
  });
});

describe("metadata", () => {
  test("is passed over, whatever it holds", async () => {
    const picture = readClip("flac/s16-44100-2.flac");
    const blocks = [[6, picture] as const, [127 - 1, new Uint8Array(100_000).fill(0xff)] as const];
    const { channels } = await decode(makeFlac({ frames: [RAMP], bitsPerSample: 16, blocks }));
    expect(channels[0]?.length).toBe(RAMP.length);
  });

  test("that is missing, cut or followed by nothing is a named refusal", async () => {
    const whole = makeFlac({ frames: [], bitsPerSample: 16 });
    expect((await refusal(whole)).slug).toBe("clip-damaged");
    expect((await refusal(whole.slice(0, 20))).slug).toBe("clip-truncated");
    const withoutStreamInfo = whole.slice();
    withoutStreamInfo[4] = 0x84;
    expect((await refusal(withoutStreamInfo)).slug).toBe("clip-damaged");
  });
});
