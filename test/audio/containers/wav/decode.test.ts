import { describe, expect, test } from "vitest";
import {
  ascii,
  concatenate,
  formatChunk,
  makeRiff,
  makeWav,
} from "../../../../support/clips/make-wav.ts";
import {
  AT,
  content,
  DATA_AT,
  patched,
  RAMP,
  RAMP_WAV,
} from "../../../../support/clips/ramp-wav.ts";
import { decodeAll } from "../../../../support/decoding/decode-all.ts";
import { readFixture } from "../../../../support/decoding/fixtures.ts";
import { expectFfmpegsSamples } from "../../../support/clips/fixture-clips.ts";

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

  test.each([1, 2, 16])("%d bytes that belong to no chunk are passed over", async (stray) => {
    const bytes = RAMP_WAV;
    const before = [bytes.subarray(0, 36), new Uint8Array(stray), bytes.subarray(36)];
    expect(await decodeAll(concatenate(before))).toMatchObject(whole);
  });

  test("an odd one may lack its pad byte", async () => {
    const odd = concatenate([ascii("LIST"), Uint8Array.of(5, 0, 0, 0), ascii("INFO!")]);
    const parts = [RAMP_WAV.subarray(0, 36), odd, RAMP_WAV.subarray(36), odd, odd];
    expect(await decodeAll(concatenate(parts))).toMatchObject({ ...whole, noticed: [] });
  });

  test.each([
    [16, 18],
    [18, 16],
    [20, 18],
    [16, 40],
    [40, 16],
  ])("a format chunk may say that it has %d bytes and have %d", async (declared, actual) => {
    const bytes = RAMP_WAV;
    const parts = [bytes.subarray(0, 36), new Uint8Array(actual - 16), bytes.subarray(36)];
    const clip = concatenate(parts);
    clip[16] = declared;
    expect(await decodeAll(clip)).toMatchObject(whole);
    expect(await decodeAll(clip, { pieces: [7] })).toMatchObject(whole);
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
  test.each([0, 20, 24, 32])("%d of 24 valid ones do not change the scale", async (validBits) => {
    const bytes = makeWav({ ...content("s24"), extensible: true });
    new DataView(bytes.buffer).setUint16(38, validBits, true);
    expect(await decodeAll(bytes)).toMatchObject(whole);
  });

  test.each([
    ["B-format", "00002107d3118644c8c1ca000000"],
    ["zeros", "0000000000000000000000000000"],
  ])("the format tag counts though the rest of the GUID is %s", async (_, tail) => {
    const bytes = makeWav({ ...content("s16"), extensible: true });
    bytes.set(Buffer.from(tail.replaceAll(" ", ""), "hex"), 46);
    expect(await decodeAll(bytes)).toMatchObject(whole);
  });

  test.each([0, 16])("µ-law has 8, though the header says %d", async (bits) => {
    const bytes = patched(AT.bits, 2, bits);
    bytes[AT.tag] = 7;
    const { description, channels } = await decodeAll(bytes);
    expect(description).toMatchObject({ codec: "pcm_mulaw", bitsPerSample: 8 });
    expect(channels[0]).toHaveLength(2 * RAMP.length);
  });

  test("12 sit at the top of 16", async () => {
    const { description, channels } = await decodeAll(patched(AT.bits, 2, 12));
    expect(description).toMatchObject({ codec: "pcm_s16le", bitsPerSample: 12 });
    expect(channels).toEqual([RAMP]);
  });
});

describe("samples of 24 bits whose frames have room for 32", () => {
  /** The ramp in three bytes and in four, with the frame size of the latter. */
  const packed = makeWav(content("s24"));
  const padded = makeWav(content("s32"));
  const withHeaderOf = (bits: number, frameBytes: number, bytes: Uint8Array) => {
    const changed = bytes.slice();
    changed[AT.bits] = bits;
    changed[AT.frame] = frameBytes;
    return changed;
  };

  test.each([17, 20, 24])("%d valid ones sit at the top of four bytes", async (bits) => {
    const { description, channels } = await decodeAll(withHeaderOf(bits, 4, padded));
    expect(description).toMatchObject({ codec: "pcm_s32le", bitsPerSample: bits });
    expect(channels).toEqual([RAMP]);
  });

  test("or are packed in three, which their bytes tell", async () => {
    const odd = makeWav({ ...content("s24"), channels: [RAMP.map((x) => x + 2 ** -23)] });
    const { description, channels } = await decodeAll(withHeaderOf(24, 4, odd));
    expect(description).toMatchObject({ codec: "pcm_s24le", bitsPerSample: 24 });
    expect(channels).toEqual([RAMP.map((x) => x + 2 ** -23)]);
    expect(await decodeAll(withHeaderOf(24, 1, packed))).toMatchObject(whole);
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
    ["the sizes of arecord", 0x80000024, 0x80000000],
    ["both at the largest signed number", 0x7fffffff, 0x7fffffff],
    ["both 2·10⁹", 2_000_000_000, 2_000_000_000],
    ["RIFF known, data 2·10⁹", RAMP_WAV.length - 8, 2_000_000_000 - 36],
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

describe("sizes that are wrong", () => {
  const dataBytes = RAMP_WAV.length - DATA_AT;
  const riffBytes = RAMP_WAV.length - 8;

  test.each([
    ["RIFF 4 too small", riffBytes - 4, dataBytes],
    ["RIFF 8 too small", riffBytes - 8, dataBytes],
    ["RIFF 16 too small", riffBytes - 16, dataBytes],
    ["RIFF the size of the data", dataBytes, dataBytes],
    ["RIFF 36", 36, dataBytes],
    ["RIFF 0", 0, dataBytes],
    ["data doubled", riffBytes, 2 * dataBytes],
    ["data the size of the file", riffBytes, RAMP_WAV.length],
    ["data without end, RIFF 4 too small", riffBytes - 4, 100_000_000],
  ])("%s: decoded whole", async (_, riff, data) => {
    const bytes = patched(AT.riffBytes, 4, riff);
    new DataView(bytes.buffer).setUint32(AT.dataBytes, data, true);
    expect(await decodeAll(bytes)).toMatchObject({ ...whole, noticed: [] });
    expect(await decodeAll(bytes, { pieces: [1, 50] })).toMatchObject(whole);
  });

  test.each([0, 1, 3, 4, 0xffff])("%d bytes per frame", async (frameBytes) => {
    expect(await decodeAll(patched(AT.frame, 2, frameBytes))).toMatchObject(whole);
  });

  test.each([0, 16_000, 64_000, 0xffffffff])("%d bytes per second", async (bytesPerSecond) => {
    expect(await decodeAll(patched(AT.byteRate, 4, bytesPerSecond))).toMatchObject(whole);
  });

  test("a size of 0 before samples whose first bytes are letters", async () => {
    const samples = Float32Array.from({ length: 40 }, () => 0x6161 / 2 ** 15);
    const bytes = makeWav({ ...content("s16"), channels: [samples] });
    new DataView(bytes.buffer).setUint32(AT.dataBytes, 0, true);
    expect(await decodeAll(bytes)).toMatchObject({ channels: [samples], damaged: false });
  });
});

describe("files that were joined: the first is decoded, and the second is told of", () => {
  const second = makeWav({ ...content("u8"), sampleRateHz: 8_000 });
  const odd = makeWav({ ...content("u8"), channels: [RAMP.subarray(1)] });
  const list = concatenate([ascii("LIST"), Uint8Array.of(4, 0, 0, 0), ascii("INFO")]);
  const streamed = patched(AT.dataBytes, 4, 0xffffffff);
  const noticed = ["second-clip"];

  test.each([
    ["end to end", [RAMP_WAV, second]],
    ["with chunks behind the first's samples", [RAMP_WAV, list, list, second]],
    ["the first of unknown length", [streamed, second]],
    ["the second of 64 bits", [RAMP_WAV, ascii("RF64"), second.subarray(4)]],
    ["three of them", [RAMP_WAV, second, second]],
    ["the second cut within its header", [RAMP_WAV, second.subarray(0, 12)]],
  ])("%s", async (_, parts) => {
    const bytes = concatenate(parts);
    expect(await decodeAll(bytes)).toMatchObject({ ...whole, noticed });
    expect(await decodeAll(bytes, { pieces: [1, 3, 90] })).toMatchObject({ ...whole, noticed });
  });

  test.each([0, 1])("the first of an odd size with %d pad bytes", async (pad) => {
    const first = odd.subarray(0, DATA_AT + RAMP.length - 1);
    const bytes = concatenate([first, new Uint8Array(pad), second]);
    expect(await decodeAll(bytes)).toMatchObject({ channels: [RAMP.subarray(1)], noticed });
  });

  test("wherever the second's header lies in the pieces that are looked through", async () => {
    for (const frames of [32_746, 32_750, 32_768]) {
      const samples = new Float32Array(frames).fill(0.25);
      const first = makeWav({ ...content("s16"), channels: [samples] });
      new DataView(first.buffer).setUint32(AT.dataBytes, 0xffffffff, true);
      const { channels, noticed } = await decodeAll(concatenate([first, second]));
      expect(channels).toEqual([samples]);
      expect(noticed).toEqual(["second-clip"]);
    }
  });

  test("but other bytes behind the samples are none", async () => {
    const riff = concatenate([ascii("RIFF"), new Uint8Array(4), ascii("AVI ")]);
    for (const rest of [riff, ascii("TAG and a title"), new Uint8Array(1_000)]) {
      const clip = await decodeAll(concatenate([RAMP_WAV, rest]));
      expect(clip).toMatchObject({ ...whole, noticed: [] });
    }
  });
});
