import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeSphere, type SphereContent, sphereOf } from "../../../../support/clips/make-sphere.ts";
import { concatenate } from "../../../../support/clips/make-wav.ts";
import {
  decodeAll,
  decodedOrRefused,
  pieceSizes,
  refusalOfDecoding,
} from "../../../../support/decoding/decode-all.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";

/** Steps of 16 bits. */
const STEPS = Int16Array.from({ length: 60 }, (_, index) => 531 * (index - 30));
const SAMPLES = Float32Array.from(STEPS, (step) => step / 2 ** 15);
const LITTLE = new Uint8Array(STEPS.buffer);
const BIG = Uint8Array.from(LITTLE, (_, index) => LITTLE[index ^ 1] as number);
const whole = { channels: [SAMPLES], damaged: false };

const decode = (content: SphereContent, data: Uint8Array = LITTLE) =>
  decodeAll(makeSphere(content, data));
const refusal = (content: SphereContent, data: Uint8Array = LITTLE) =>
  refusalOfDecoding(makeSphere(content, data));

describe("the order of bytes", () => {
  test.each([
    ["01", LITTLE, "pcm_s16le"],
    ["10", BIG, "pcm_s16be"],
    ["1", LITTLE, "pcm_s16le"],
    [null, LITTLE, "pcm_s16le"],
  ])("%s", async (order, data, codec) => {
    const clip = await decode({ sample_byte_format: order }, data);
    expect(clip).toMatchObject({ ...whole, description: { container: "sphere", codec } });
  });

  test.each([
    ["012", [0, 0, 0x40]],
    ["01", [0, 0, 0x40]],
    ["210", [0x40, 0, 0]],
    ["10", [0x40, 0, 0]],
    ["0123", [0, 0, 0, 0x40]],
    ["3210", [0x40, 0, 0, 0]],
  ])("%s of longer samples", async (order, bytes) => {
    const content = { sample_n_bytes: bytes.length, sample_byte_format: order };
    const { channels } = await decode(content, Uint8Array.from(bytes));
    expect(channels).toEqual([Float32Array.of(0.5)]);
  });

  test("that no reader knows is named", async () => {
    expect(await refusal({ sample_byte_format: "1032", sample_n_bytes: 4 })).toMatchObject({
      slug: "unsupported-codec",
      message: expect.stringContaining("1032"),
    });
  });
});

describe("codings", () => {
  const law = Uint8Array.of(0x00, 0x80, 0xff, 0x7f);
  const mulaw = Float32Array.of(-32_124, 32_124, 0, 0).map((step) => step / 2 ** 15);

  test.each([
    ["ulaw", "1", 1],
    ["mu-law", null, 1],
    ["ULAW", "1", null],
    ["ulaw", "01", 2],
    [null, "mu-law", 1],
  ])("%s in the order %s, %s bytes a sample, is µ-law", async (coding, order, sampleBytes) => {
    const content = { sample_coding: coding, sample_byte_format: order };
    const clip = await decode({ ...content, sample_n_bytes: sampleBytes }, law);
    expect(clip.description).toMatchObject({ codec: "pcm_mulaw", bitsPerSample: 8 });
    expect(clip.channels).toEqual([mulaw]);
  });

  test.each(["alaw", "a-law"])("%s is A-law", async (coding) => {
    const { description, channels } = await decode({ sample_coding: coding }, law);
    expect(description.codec).toBe("pcm_alaw");
    expect(channels[0]?.[0]).toBe(-5_504 / 2 ** 15);
  });

  test("PCM of 8 bits is signed", async () => {
    const clip = await decode({ sample_n_bytes: 1 }, Uint8Array.of(0x40, 0xc0));
    expect(clip).toMatchObject({ channels: [Float32Array.of(0.5, -0.5)] });
  });

  test.each([
    ["pcm,embedded-shorten-v2.00", LITTLE, "Shorten", "sph2pipe"],
    ["ulaw,embedded-shorten-v1.09", LITTLE, "Shorten", "sph2pipe"],
    ["pcm", concatenate([Uint8Array.from(Buffer.from("ajkg\x02")), LITTLE]), "Shorten", "sph2pipe"],
    ["pcm,embedded-wavpack", LITTLE, "WavPack", "sph2pipe"],
    ["pcm,embedded-other", LITTLE, '"embedded-other"', "sph2pipe"],
    ["adpcm", LITTLE, '"adpcm"', "ffmpeg"],
  ])("%s is named, with what to do", async (coding, data, name, advice) => {
    const { slug, message } = await refusal({ sample_coding: coding }, data);
    expect(slug).toBe("unsupported-codec");
    expect(message).toContain(name);
    expect(message).toContain(advice);
  });
});

describe("channels", () => {
  test("are interleaved", async () => {
    const { channels } = await decode({ channel_count: 2 });
    const every = (first: number) => SAMPLES.filter((_, index) => index % 2 === first);
    expect(channels).toEqual([every(0), every(1)]);
  });

  test("that follow one another are named; one channel cannot", async () => {
    const content = { channels_interleaved: "FALSE" };
    expect((await refusal({ ...content, channel_count: 2 })).message).toContain("channels");
    expect(await decode(content)).toMatchObject(whole);
  });
});

describe("the count of samples", () => {
  test.each([
    ["right", 60],
    ["missing", null],
    ["0", 0],
    ["too small", 12],
    ["negative", -1],
  ])("%s: the file is read to its end", async (_, count) => {
    expect(await decode({ sample_count: count })).toMatchObject(whole);
  });

  test("may be that of all channels", async () => {
    const clip = await decode({ sample_count: 60, channel_count: 2 });
    expect(clip).toMatchObject({ damaged: false, channels: [{ length: 30 }, { length: 30 }] });
  });

  test("too large: the file was cut", async () => {
    expect(await decode({ sample_count: 61 })).toMatchObject({ ...whole, damaged: true });
    const last = await decode({ sample_count: 60 }, LITTLE.subarray(0, -1));
    expect(last).toMatchObject({ channels: [SAMPLES.subarray(0, -1)], damaged: true });
  });

  test("without a sample", async () => {
    const nothing = new Uint8Array(1);
    expect((await refusal({ sample_count: 60 }, nothing)).slug).toBe("clip-truncated");
    expect((await refusal({ sample_count: 0 }, nothing)).slug).toBe("clip-too-short");
  });
});

describe("the header", () => {
  const fields = ["sample_rate -i 16000", "sample_n_bytes -i 2", "channel_count -i 1"];

  test.each([
    ["of 2,048 bytes", makeSphere({ sample_count: 60 }, LITTLE, 2_048)],
    ["with a rate that is a real number", makeSphere({ sample_rate: 16_000.000_01 }, LITTLE)],
    [
      "without what can be assumed",
      makeSphere({ sample_n_bytes: null, channel_count: null }, LITTLE),
    ],
    ["without `end_head`", sphereOf(["NIST_1A", "   1024", ...fields], LITTLE)],
    [
      "with other lines",
      sphereOf(
        [
          "NIST_1A",
          "   1024",
          "; sample_rate -i 8000",
          "",
          "speaker_id -s3 a b",
          "odd",
          ...fields,
          "end_head",
          "sample_rate -i 8000",
        ],
        LITTLE,
      ),
    ],
    [
      "with a field twice",
      sphereOf(["NIST_1A", "   1024", ...fields, "sample_rate -i 8000", "end_head"], LITTLE),
    ],
    [
      "with the line ends of Windows",
      sphereOf(
        ["NIST_1A\r", "   1024\r", ...fields.map((line) => `${line}\r`), "end_head\r"],
        LITTLE,
      ),
    ],
  ])("%s", async (_, bytes) => {
    const clip = await decodeAll(bytes);
    expect(clip).toMatchObject({ ...whole, description: { sampleRateHz: 16_000 } });
  });

  test.each([
    ["no rate", makeSphere({ sample_rate: null }, LITTLE), "sample_rate"],
    ["no channels", makeSphere({ channel_count: 0 }, LITTLE), "channel_count"],
    ["one and a half channels", makeSphere({ channel_count: 1.5 }, LITTLE), "channel_count"],
    ["no length", sphereOf(["NIST_1A", "  short", ...fields], LITTLE), "second line"],
    ["a length beyond any", sphereOf(["NIST_1A", "9999999", ...fields], LITTLE), "second line"],
  ])("%s", async (_, bytes, detail) => {
    const { slug, message } = await refusalOfDecoding(bytes);
    expect(slug).toBe("clip-header-inconsistent");
    expect(message).toContain(detail);
  });

  test.each([7, 15, 16, 1_000, 1_023])("cut after %d bytes", async (length) => {
    const bytes = makeSphere({}, LITTLE).subarray(0, length);
    expect((await refusalOfDecoding(bytes)).slug).toBe("clip-truncated");
  });

  test("with any bytes changed is a clip or a named refusal", async () => {
    const bytes = readClip("sphere/mulaw-8000-2.sph");
    const changes = fc.array(fc.tuple(fc.nat({ max: 200 }), fc.integer({ min: 0, max: 255 })), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(changes, pieceSizes, async (changes, pieces) => {
        const changed = bytes.slice();
        for (const [at, value] of changes) changed[at] = value;
        await decodedOrRefused(changed, { pieces });
      }),
      { numRuns: 300 },
    );
  });
});
