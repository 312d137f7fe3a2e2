import { describe, expect, test } from "vitest";
import { decodeAll } from "./decoding.ts";
import { expectFfmpegsSamples } from "./fixture-clips.ts";
import { readFixture } from "./fixtures.ts";
import { concatenate, formatChunk, makeRiff, makeWav } from "./make-wav.ts";
import { AT, content, DATA_AT, patched, RAMP, RAMP_WAV } from "./ramp-wav.ts";

const whole = { channels: [RAMP], damaged: false };

describe("samples are bit for bit what ffmpeg decodes", () => {
  test.each([
    ["u8-mono-8000", "pcm_u8", 8_000, 1, 8],
    ["s16-mono-8000", "pcm_s16le", 8_000, 1, 16],
    ["s16-stereo-44100", "pcm_s16le", 44_100, 2, 16],
    ["s16-six-channels-48000", "pcm_s16le", 48_000, 6, 16],
    ["s16-streamed-by-ffmpeg", "pcm_s16le", 16_000, 1, 16],
    ["s16-streamed-by-sox", "pcm_s16le", 8_000, 1, 16],
    ["s16-streamed-by-espeak", "pcm_s16le", 22_050, 1, 16],
    ["s24-plain-44100", "pcm_s24le", 44_100, 2, 24],
    ["s24-extensible-44100", "pcm_s24le", 44_100, 2, 24],
    ["s32-extensible-44100", "pcm_s32le", 44_100, 2, 32],
    ["f32-plain-44100", "pcm_f32le", 44_100, 2, 32],
    ["f32-extensible-44100", "pcm_f32le", 44_100, 2, 32],
    ["f64-stereo-8000", "pcm_f64le", 8_000, 2, 64],
    ["alaw-mono-8000", "pcm_alaw", 8_000, 1, 8],
    ["mulaw-mono-8000", "pcm_mulaw", 8_000, 1, 8],
    ["rf64-mono-16000", "pcm_s16le", 16_000, 1, 16],
  ])("%s", async (name, codec, sampleRateHz, channels, bitsPerSample) => {
    const clip = await decodeAll(readFixture(`wav/${name}.wav`));
    const description = { container: "wav", codec, sampleRateHz, channels, bitsPerSample };
    expect(clip.description).toEqual(description);
    expect(clip.damaged).toBe(false);
    expectFfmpegsSamples(clip, `wav/${name}`);
  });
});

describe("chunks", () => {
  const format = { id: "fmt ", bytes: formatChunk(content("s16")) };
  const data = { id: "data", bytes: RAMP_WAV.subarray(DATA_AT) };

  test("unknown ones are skipped wherever they are, odd ones with their pad byte", async () => {
    const junk = { id: "JUNK", bytes: new Uint8Array(7).fill(0x64) };
    const list = { id: "LIST", bytes: new Uint8Array(3) };
    const bytes = makeRiff([junk, list, format, junk, data, junk]);
    expect(await decodeAll(bytes)).toMatchObject(whole);
  });

  test("the format may come after the samples", async () => {
    expect(await decodeAll(makeRiff([data, format]))).toMatchObject(whole);
    expect(await decodeAll(makeRiff([data, format]), { pieces: [5] })).toMatchObject(whole);
  });

  test("bytes after the samples are no samples", async () => {
    expect(await decodeAll(Uint8Array.of(...RAMP_WAV, 1, 2, 3, 4))).toMatchObject(whole);
  });

  test("the file may begin anywhere in its buffer", async () => {
    const shifted = new Uint8Array(RAMP_WAV.length + 1);
    shifted.set(RAMP_WAV, 1);
    expect(await decodeAll(shifted.subarray(1))).toMatchObject(whole);
  });

  test("a part of a frame at the end is left out", async () => {
    const stereo = { ...content("s16"), channels: [RAMP, RAMP] };
    const cut = { id: "data", bytes: new Uint8Array(4 * 10 + 2) };
    const { channels, damaged } = await decodeAll(
      makeRiff([{ id: "fmt ", bytes: formatChunk(stereo) }, cut]),
    );
    expect(channels.map(({ length }) => length)).toEqual([10, 10]);
    expect(damaged).toBe(false);
  });
});

describe("bits that are not whole bytes", () => {
  test.each([0, 20, 24])("%d of 24 valid ones do not change the scale", async (validBits) => {
    const bytes = makeWav({ ...content("s24"), extensible: true });
    new DataView(bytes.buffer).setUint16(38, validBits, true);
    expect(await decodeAll(bytes)).toMatchObject(whole);
  });

  test("12 sit at the top of 16", async () => {
    const { description, channels } = await decodeAll(patched(AT.bits, 2, 12));
    expect(description).toMatchObject({ codec: "pcm_s16le", bitsPerSample: 12 });
    expect(channels).toEqual([RAMP]);
  });
});

describe("a streamed file, whose sizes were never filled in, is read to its end", () => {
  test.each([
    ["RIFF and data at the 32-bit maximum", 0xffffffff, 0xffffffff],
    ["RIFF known, data at the 32-bit maximum", RAMP_WAV.length - 8, 0xffffffff],
    ["RIFF and data 0", 0, 0],
    ["RIFF of the header alone, data 0", 36, 0],
    ["RIFF known, data 0", RAMP_WAV.length - 8, 0],
    ["the sizes of sox and espeak-ng", 0x7ffff024, 0x7ffff000],
  ])("%s", async (_, riffBytes, dataBytes) => {
    const bytes = patched(AT.riffBytes, 4, riffBytes);
    new DataView(bytes.buffer).setUint32(AT.dataBytes, dataBytes, true);
    expect(await decodeAll(bytes)).toMatchObject(whole);
    expect(await decodeAll(bytes, { pieces: [3, 100] })).toMatchObject(whole);
  });
});

describe("a 64-bit file", () => {
  const riff64 = (name: string, dataBytes: bigint, dataSize = 0xffffffff) => {
    const ds64 = new Uint8Array(28);
    const view = new DataView(ds64.buffer);
    view.setBigUint64(0, BigInt(RAMP_WAV.length + ds64.length), true);
    view.setBigUint64(8, dataBytes, true);
    const format = { id: "fmt ", bytes: formatChunk(content("s16")) };
    const data = { id: "data", bytes: RAMP_WAV.subarray(DATA_AT) };
    const bytes = makeRiff([{ id: "ds64", bytes: ds64 }, format, data]);
    bytes.set(new TextEncoder().encode(name));
    const at = bytes.length - data.bytes.length - 4;
    new DataView(bytes.buffer).setUint32(at, dataSize, true);
    return bytes;
  };
  const trailer = Uint8Array.of(1, 2, 3, 4);

  test.each(["RF64", "BW64"])("%s has its sizes in its ds64 chunk", async (name) => {
    const bytes = concatenate([riff64(name, 200n), trailer]);
    expect(await decodeAll(bytes)).toMatchObject(whole);
  });

  test.each([0n, 2n ** 64n - 1n])("with the size %d there is read to its end", async (size) => {
    expect(await decodeAll(riff64("RF64", size))).toMatchObject(whole);
  });

  test("whose data chunk knows its size is read by that", async () => {
    const bytes = concatenate([riff64("RF64", 5n, 200), trailer]);
    expect(await decodeAll(bytes)).toMatchObject(whole);
  });
});
