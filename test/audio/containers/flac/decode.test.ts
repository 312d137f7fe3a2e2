import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nodeCodecs } from "../../../../src/audio/codecs/wasm/node.ts";
import { decodeFlac } from "../../../../src/audio/containers/flac/decode.ts";
import { joined } from "../../../../support/clips/bytes.ts";
import { flacFrame, makeFlac } from "../../../../support/clips/make-flac.ts";
import { apeTag, FOLLOWING, id3Tag, id3v1Tag } from "../../../../support/clips/make-tags.ts";
import {
  decodeAll,
  refusalOfDecoding,
  silentContext,
} from "../../../../support/decoding/decode-all.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";

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

  test.each([
    ["damaged", flacFrame(RAMP, 16, 1).fill(4, 50, 51)],
    ["of another depth", flacFrame(RAMP, 8, 1)],
    ["without its beginning", flacFrame(RAMP, 16, 1).subarray(20)],
    ["without its end", flacFrame(RAMP, 16, 1).subarray(0, 60)],
    ["no frame", new Uint8Array(5_000).fill(0xfe)],
  ])("are passed over where one is %s and others follow", async (_, broken) => {
    const after = [flacFrame(RAMP, 16, 2), flacFrame(RAMP, 16, 3)];
    const { channels, damaged, noticed } = await decode(file(broken, ...after));
    expect(channels).toEqual([Float32Array.of(...ramp, ...ramp, ...ramp)]);
    expect(noticed).toEqual(["part-skipped"]);
    expect(damaged).toBe(false);
  });

  test("end the clip where one is damaged and none follows", async () => {
    const broken = flacFrame(RAMP, 16, 1).fill(4, 50, 51);
    const { channels, damaged, noticed } = await decode(file(broken));
    expect(channels).toEqual([ramp]);
    expect(noticed).toEqual([]);
    expect(damaged).toBe(true);
  });

  test("end with their checksums, whatever follows", async () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(bytes, async (following) => {
        const { channels } = await decode(file(flacFrame(RAMP, 16, 1), following));
        expect(channels).toEqual([Float32Array.of(...ramp, ...ramp)]);
      }),
      { numRuns: 200, examples: [[new Uint8Array(400)], [Uint8Array.of(0xff)]] },
    );
  });

  test.each(FOLLOWING)("are all there is, and whole, where %s follows", async (_, following) => {
    const { channels, damaged, noticed } = await decode(file(following));
    expect(channels).toEqual([ramp]);
    expect(noticed).toEqual([]);
    expect(damaged).toBe(false);
  });

  test("without an end are given up once they are longer than any frame", async () => {
    let readBytes = 0;
    async function* endless() {
      yield makeFlac({ frames: [], bitsPerSample: 16 });
      yield flacFrame(RAMP, 16).subarray(0, -1);
      for (; readBytes < 2 ** 24; readBytes += 2 ** 16) yield new Uint8Array(2 ** 16).fill(1);
    }
    const { byteSource } = await import("../../../../src/audio/bytes/source.ts");
    const blocks = decodeFlac(byteSource(endless()), silentContext({ codecs: OPTIONS.codecs }));
    await expect(blocks.next()).rejects.toMatchObject({ slug: "clip-damaged" });
    expect(readBytes).toBeLessThan(2 ** 18);
  });
});

describe("files that were joined", () => {
  const mono = readClip("flac/s16-16000-1.flac");
  const stereo = readClip("flac/s16-44100-2.flac");
  const deep = readClip("flac/s24-48000-2.flac");

  test.each([
    ["right behind each other", []],
    ["with tags between them", [apeTag(60), id3v1Tag(), id3Tag(257)]],
    ["with zeros between them", [new Uint8Array(5_000)]],
  ])("%s go on as one clip", async (_, between) => {
    const { channels, damaged, noticed, further } = await decode(joined(mono, ...between, mono));
    const [samples] = (await decode(mono)).channels as [Float32Array];
    expect(channels).toEqual([Float32Array.of(...samples, ...samples)]);
    expect({ damaged, noticed, further }).toEqual({ damaged: false, noticed: [], further: [] });
  });

  test("and differ in rate, channels or depth are each what it is", async () => {
    const { damaged, noticed, further, ...first } = await decode(
      joined(stereo, mono, id3v1Tag(), deep),
    );
    const parts = await Promise.all([stereo, mono, deep].map(decode));
    const expected = parts.map(({ description, channels }) => ({ description, channels }));
    expect([first, ...further]).toEqual(expected);
    expect({ damaged, noticed }).toEqual({ damaged: false, noticed: [] });
  });

  test("of which a later one is cut are decoded up to there", async () => {
    const { damaged, channels } = await decode(joined(mono, mono.subarray(0, -1_000)));
    expect(damaged).toBe(true);
    expect(channels[0]?.length).toBeGreaterThan(30_000);
  });

  test("of which a later one is of a kind that is not read end before it", async () => {
    const twenty = makeFlac({ frames: [RAMP], bitsPerSample: 20 });
    const { damaged, noticed, channels } = await decode(joined(mono, twenty));
    expect(channels).toEqual((await decode(mono)).channels);
    expect({ damaged, noticed }).toEqual({ damaged: false, noticed: ["second-clip"] });
  });

  test("too many times end before the 65th", async () => {
    const one = makeFlac({ frames: [RAMP], bitsPerSample: 16 });
    const { channels, noticed } = await decode(joined(...Array(70).fill(one)));
    expect(channels[0]?.length).toBe(64 * RAMP.length);
    expect(noticed).toEqual(["second-clip"]);
  });
});

describe("the number of samples that the header tells", () => {
  const whole = makeFlac({ frames: [RAMP, RAMP], bitsPerSample: 16 });
  const telling = (samples: number) => {
    const changed = whole.slice();
    changed[25] = samples;
    return changed;
  };

  test.each([
    ["those that are there", 128, false],
    ["fewer", 100, false],
    ["more, as of a file that was cut between frames", 129, true],
    ["none", 0, false],
  ])("may be %s", async (_, samples, isCut) => {
    const { channels, damaged } = await decode(telling(samples));
    expect(channels[0]?.length).toBe(128);
    expect(damaged).toBe(isCut);
  });

  test("does not count frames that were passed over", async () => {
    const broken = telling(128);
    broken[60] = 0xff;
    const { noticed, damaged } = await decode(broken);
    expect({ noticed, damaged }).toEqual({ noticed: ["part-skipped"], damaged: false });
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
