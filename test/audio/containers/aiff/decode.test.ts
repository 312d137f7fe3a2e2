import { describe, expect, test } from "vitest";
import {
  type AiffContent,
  chunk,
  commonChunk,
  makeAiff,
  makeForm,
  RATES_80,
  soundChunk,
} from "../../../../support/clips/make-aiff.ts";
import { decodeAll, refusalOfDecoding } from "../../../../support/decoding/decode-all.ts";
import { readFixture } from "../../../../support/decoding/fixtures.ts";
import { expectFfmpegsSamples } from "../../../support/clips/fixture-clips.ts";

/** −2, −1, 0, 1 steps of 16 bits. */
const CONTENT: AiffContent = {
  channels: 1,
  frames: 4,
  sampleBits: 16,
  sampleRate: RATES_80[22_050],
  data: Uint8Array.of(0xff, 0xfe, 0xff, 0xff, 0, 0, 0, 1),
};
const SAMPLES = Float32Array.of(-2, -1, 0, 1).map((step) => step / 2 ** 15);
const whole = { channels: [SAMPLES], damaged: false };

describe("samples are bit for bit what ffmpeg decodes", () => {
  test.each([
    ["s8-stereo-8000", "pcm_s8", 8_000, 2, 8],
    ["s16-stereo-44100", "pcm_s16be", 44_100, 2, 16],
    ["s24be-stereo-8000", "pcm_s24be", 8_000, 2, 24],
    ["s32be-stereo-8000", "pcm_s32be", 8_000, 2, 32],
    ["s16le-stereo-8000", "pcm_s16le", 8_000, 2, 16],
    ["f32be-stereo-8000", "pcm_f32be", 8_000, 2, 32],
    ["f64be-stereo-8000", "pcm_f64be", 8_000, 2, 64],
    ["alaw-mono-8000", "pcm_alaw", 8_000, 1, 8],
    ["mulaw-mono-8000", "pcm_mulaw", 8_000, 1, 8],
    ["s16-streamed-by-ffmpeg", "pcm_s16be", 8_000, 1, 16],
    ["s16-streamed-by-sox", "pcm_s16be", 44_100, 2, 16],
    ["none-streamed-by-sox", "pcm_s16be", 44_100, 2, 16],
  ])("%s", async (name, codec, sampleRateHz, channels, bitsPerSample) => {
    const clip = await decodeAll(readFixture(`aiff/${name}.aiff`));
    const description = { container: "aiff", codec, sampleRateHz, channels, bitsPerSample };
    expect(clip.description).toEqual(description);
    expect(clip.damaged).toBe(false);
    expectFfmpegsSamples(clip, `aiff/${name}`);
  });
});

describe("compression types", () => {
  test.each([
    ["twos", 16, Uint8Array.of(0x40, 0), "pcm_s16be"],
    ["sowt", 8, Uint8Array.of(0x40), "pcm_s8"],
    ["raw ", 8, Uint8Array.of(0xc0), "pcm_u8"],
    ["in24", 16, Uint8Array.of(0x40, 0, 0), "pcm_s24be"],
    ["in32", 16, Uint8Array.of(0x40, 0, 0, 0), "pcm_s32be"],
    ["FL32", 16, Uint8Array.of(0x3f, 0, 0, 0), "pcm_f32be"],
  ])("%s", async (compressionType, sampleBits, data, codec) => {
    const content = { ...CONTENT, compressionType, sampleBits, data, frames: 1 };
    const { description, channels } = await decodeAll(makeAiff(content));
    expect(description.codec).toBe(codec);
    expect(channels).toEqual([Float32Array.of(0.5)]);
  });

  test("A-law counts 8 bits, though Apple's files say 16", async () => {
    const content = { ...CONTENT, compressionType: "alaw", frames: 8 };
    expect((await decodeAll(makeAiff(content))).description.bitsPerSample).toBe(8);
  });

  test.each([
    [{ compressionType: "ima4" }, "IMA ADPCM"],
    [{ compressionType: "MAC3" }, "MACE 3:1"],
    [{ compressionType: "ab\0d" }, '"ab\\u0000d"'],
    [{ sampleBits: 40 }, "40-bit integer PCM"],
  ])("that are not read are named: %j", async (change, name) => {
    const refusal = await refusalOfDecoding(makeAiff({ ...CONTENT, ...change }));
    expect(refusal.slug).toBe("unsupported-codec");
    expect(refusal.message).toContain(name);
  });

  test("of a real file", async () => {
    const refusal = await refusalOfDecoding(readFixture("refused/ima4.aiff"));
    expect(refusal.extensions.codec).toBe("IMA ADPCM");
  });
});

describe("chunks", () => {
  const common = commonChunk(CONTENT);
  const sound = soundChunk(CONTENT.data);
  const name = chunk("NAME", [Uint8Array.of(65, 66, 67)]);

  test.each([
    ["others between them", [name, common, name, sound, name]],
    ["samples before the format", [sound, name, common]],
    ["samples after an offset", [common, soundChunk(CONTENT.data, 6)]],
    ["more samples than frames", [common, soundChunk(Uint8Array.of(...CONTENT.data, 9, 9))]],
    ["no count of frames", [commonChunk({ ...CONTENT, frames: 0 }), sound]],
  ])("%s", async (_, chunks) => {
    expect(await decodeAll(makeForm("AIFF", chunks))).toMatchObject(whole);
  });

  test.each([
    ["no format", [sound], "'COMM'"],
    ["no samples", [common], "'SSND'"],
    ["a short format", [chunk("COMM", [new Uint8Array(17)])], "17 bytes"],
    ["no channels", [commonChunk({ ...CONTENT, channels: 0 })], "0 channels"],
    ["no rate", [commonChunk({ ...CONTENT, sampleRate: new Uint8Array(10) })], "0 Hz"],
  ])("%s", async (_, chunks, detail) => {
    const refusal = await refusalOfDecoding(makeForm("AIFF", chunks));
    expect(refusal.slug).toBe("clip-header-inconsistent");
    expect(refusal.message).toContain(detail);
  });

  test("samples of no length are too short", async () => {
    const bytes = makeForm("AIFF", [common, soundChunk(new Uint8Array(0))]);
    expect((await refusalOfDecoding(bytes)).slug).toBe("clip-too-short");
  });
});

describe("a cut file", () => {
  const bytes = makeAiff(CONTENT);

  test("is decoded up to the cut, and said to be damaged there", async () => {
    const cut = await decodeAll(bytes.subarray(0, -3));
    expect(cut).toMatchObject({ channels: [SAMPLES.subarray(0, 2)], damaged: true });
  });

  test.each([11, 12, 19, 30, 38, 45, 54, 55])(
    "within its header, after %d bytes",
    async (length) => {
      const refusal = await refusalOfDecoding(bytes.subarray(0, length));
      expect(refusal.slug).toBe(length < 12 ? "not-audio" : "clip-truncated");
    },
  );
});
