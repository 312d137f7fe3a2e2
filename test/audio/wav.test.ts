import { describe, expect, test } from "vitest";
import type { ClipInfo } from "../../src/audio/clip.ts";
import { decodeWav } from "../../src/audio/wav.ts";
import { readFixture, readFloats } from "./fixtures.ts";
import { formatChunk, makeRiff, makeWav } from "./make-wav.ts";
import { refusalOf } from "./refusal.ts";

const LIMITS = { maxClipSeconds: 60 };
const RAMP = Float32Array.from({ length: 100 }, (_, index) => (index - 50) / 64);
const RAMP_WAV = makeWav({ sampleRateHz: 16_000, channels: [RAMP], format: "s16" });
/** Where the fields of `RAMP_WAV` lie. */
const AT = { riffBytes: 4, tag: 20, channels: 22, rate: 24, byteRate: 28, frame: 32, bits: 34 };
const DATA_BYTES_AT = 40;
const DATA_AT = 44;

describe("samples are bit for bit what ffmpeg decodes", () => {
  const clips: Record<string, Omit<ClipInfo, "container" | "seconds">> = {
    "s16-mono-8000": info("pcm_s16le", 8_000, 1, 16),
    "s16-stereo-44100": info("pcm_s16le", 44_100, 2, 16),
    "s16-six-channels-48000": info("pcm_s16le", 48_000, 6, 16),
    "s16-streamed-by-ffmpeg": info("pcm_s16le", 16_000, 1, 16),
    "s16-streamed-by-sox": info("pcm_s16le", 8_000, 1, 16),
    "s16-streamed-by-espeak": info("pcm_s16le", 22_050, 1, 16),
    "s24-plain-44100": info("pcm_s24le", 44_100, 2, 24),
    "s24-extensible-44100": info("pcm_s24le", 44_100, 2, 24),
    "s32-extensible-44100": info("pcm_s32le", 44_100, 2, 32),
    "f32-plain-44100": info("pcm_f32le", 44_100, 2, 32),
    "f32-extensible-44100": info("pcm_f32le", 44_100, 2, 32),
  };

  test.each(Object.entries(clips))("%s", (name, expectedInfo) => {
    const clip = decodeWav(readFixture(`wav/${name}.wav`), LIMITS);
    const expected = readFloats(`wav/${name}.f32le`);
    const frames = expected.length / expectedInfo.channels;
    expect(clip.info).toEqual({
      ...expectedInfo,
      container: "wav",
      seconds: frames / expectedInfo.sampleRateHz,
    });
    expect(Buffer.from(interleaved(clip.channels).buffer)).toEqual(Buffer.from(expected.buffer));
  });
});

describe("chunks", () => {
  const format = { id: "fmt ", bytes: formatChunk(content("s16")) };
  const data = { id: "data", bytes: RAMP_WAV.subarray(DATA_AT) };

  test("unknown ones are skipped wherever they are, odd ones with their pad byte", () => {
    const junk = { id: "JUNK", bytes: new Uint8Array(7).fill(0x64) };
    const list = { id: "LIST", bytes: new Uint8Array(3) };
    const bytes = makeRiff([junk, list, format, junk, data, junk]);
    expect(decodeWav(bytes, LIMITS).channels).toEqual([RAMP]);
  });

  test("the format may come after the samples", () => {
    expect(decodeWav(makeRiff([data, format]), LIMITS).channels).toEqual([RAMP]);
  });

  test("bytes after the samples are no samples", () => {
    const bytes = new Uint8Array([...RAMP_WAV, 1, 2, 3, 4]);
    expect(decodeWav(bytes, LIMITS).channels).toEqual([RAMP]);
  });

  test("the file may begin anywhere in its buffer", () => {
    const shifted = new Uint8Array(RAMP_WAV.length + 1);
    shifted.set(RAMP_WAV, 1);
    expect(decodeWav(shifted.subarray(1), LIMITS).channels).toEqual([RAMP]);
  });

  test("a part of a frame at the end is left out", () => {
    const stereo = { ...content("s16"), channels: [RAMP, RAMP] };
    const cut = { id: "data", bytes: new Uint8Array(4 * 10 + 2) };
    const bytes = makeRiff([{ id: "fmt ", bytes: formatChunk(stereo) }, cut]);
    expect(decodeWav(bytes, LIMITS).channels.map(({ length }) => length)).toEqual([10, 10]);
  });
});

describe("valid bits of an extensible header", () => {
  test.each([0, 20, 24])("%d of 24 do not change the scale", (validBits) => {
    const bytes = makeWav({ ...content("s24"), extensible: true });
    new DataView(bytes.buffer).setUint16(38, validBits, true);
    expect(decodeWav(bytes, LIMITS).channels).toEqual([RAMP]);
  });

  test("more than the container has are a contradiction", () => {
    const bytes = makeWav({ ...content("s16"), extensible: true });
    new DataView(bytes.buffer).setUint16(38, 17, true);
    expect(refusalOf(() => decodeWav(bytes, LIMITS)).slug).toBe("clip-header-inconsistent");
  });
});

describe("a streamed file, whose sizes were never filled in, is read to its end", () => {
  test.each([
    ["RIFF and data at the 32-bit maximum", 0xffffffff, 0xffffffff],
    ["RIFF known, data at the 32-bit maximum", RAMP_WAV.length - 8, 0xffffffff],
    ["RIFF and data 0", 0, 0],
    ["RIFF of the header alone, data 0", 36, 0],
    ["the sizes of sox and espeak-ng", 0x7ffff024, 0x7ffff000],
  ])("%s", (_, riffBytes, dataBytes) => {
    const bytes = patched(AT.riffBytes, 4, riffBytes);
    new DataView(bytes.buffer).setUint32(DATA_BYTES_AT, dataBytes, true);
    expect(decodeWav(bytes, LIMITS).channels).toEqual([RAMP]);
  });
});

describe("a cut file says that it was cut", () => {
  test("within the samples: and by how many bytes", () => {
    const refusal = refusalOf(() => decodeWav(RAMP_WAV.subarray(0, -13), LIMITS));
    expect(refusal.slug).toBe("clip-truncated");
    expect(refusal.message).toContain("13 bytes short");
    expect(refusal.extensions).toEqual({ missingBytes: 13 });
  });

  test.each([4, 11, 12, 19, 30, 36, 43])("after %d bytes of its header", (length) => {
    const refusal = refusalOf(() => decodeWav(RAMP_WAV.subarray(0, length), LIMITS));
    expect(refusal.slug).toBe("clip-truncated");
  });

  test("a streamed one too, if it has no samples yet", () => {
    const bytes = patched(AT.riffBytes, 4, 0xffffffff).subarray(0, 36);
    expect(refusalOf(() => decodeWav(bytes, LIMITS)).slug).toBe("clip-truncated");
  });
});

describe("a header that contradicts itself", () => {
  test.each([
    ["samples that end beyond the file", patched(DATA_BYTES_AT, 4, 100_000), "100044"],
    ["samples that end beyond the RIFF size", patched(AT.riffBytes, 4, 100), "byte 108"],
    ["a wrong frame size", patched(AT.frame, 2, 4), "4 bytes per frame"],
    ["a wrong byte rate", patched(AT.byteRate, 4, 16_000), "16000 bytes per second"],
    ["no channels", patched(AT.channels, 2, 0), "0 channels"],
    ["a sample rate of 0", patched(AT.rate, 4, 0), "0 Hz"],
    ["a short format chunk", makeRiff([{ id: "fmt ", bytes: new Uint8Array(14) }, empty()]), "14"],
    ["no format chunk", makeRiff([empty()]), "'fmt '"],
    ["no data chunk", makeRiff([{ id: "fmt ", bytes: formatChunk(content("s16")) }]), "'data'"],
    ["an extensible format chunk of 16 bytes", patched(AT.tag, 2, 0xfffe), "needs 40"],
  ])("%s", (_, bytes, detail) => {
    const refusal = refusalOf(() => decodeWav(bytes, LIMITS));
    expect(refusal.slug).toBe("clip-header-inconsistent");
    expect(refusal.message).toContain(detail);
  });
});

describe("codecs that are not read are named", () => {
  test.each([
    ["pcm_u8", "8-bit integer PCM"],
    ["pcm_f64le", "64-bit float PCM"],
    ["pcm_alaw", "A-law"],
    ["pcm_mulaw", "µ-law"],
    ["adpcm_ms", "Microsoft ADPCM"],
    ["adpcm_ima_wav", "IMA ADPCM"],
    ["mp3", "MP3"],
  ])("%s", (name, expected) => {
    const refusal = refusalOf(() => decodeWav(readFixture(`refused/${name}.wav`), LIMITS));
    expect(refusal.slug).toBe("unsupported-codec");
    expect(refusal.message).toContain(expected);
    expect(refusal.extensions.codec).toBe(expected);
  });

  test("by their tag where there is no name", () => {
    const refusal = refusalOf(() => decodeWav(patched(AT.tag, 2, 0x1234), LIMITS));
    expect(refusal.message).toContain("codec 0x1234");
  });

  test("by their GUID where it stands for no tag", () => {
    const bytes = makeWav({ ...content("s16"), extensible: true });
    bytes[59] = 0x72;
    const refusal = refusalOf(() => decodeWav(bytes, LIMITS));
    expect(refusal.slug).toBe("unsupported-codec");
    expect(refusal.message).toContain("0100000000001000800000aa00389b72");
  });
});

describe("bounds", () => {
  test("32 channels are read, 33 are not", () => {
    const clip = (count: number) =>
      makeWav({ ...content("s16"), channels: Array.from({ length: count }, () => RAMP) });
    expect(decodeWav(clip(32), LIMITS).channels).toHaveLength(32);
    const refusal = refusalOf(() => decodeWav(clip(33), LIMITS));
    expect(refusal.slug).toBe("channels-unsupported");
    expect(refusal.extensions).toEqual({ channels: 33, maxChannels: 32 });
  });

  test.each([1, 3_999, 384_001, 4_000_000])("a sample rate of %d Hz is not", (sampleRateHz) => {
    const bytes = makeWav({ ...content("s16"), sampleRateHz });
    expect(refusalOf(() => decodeWav(bytes, LIMITS)).slug).toBe("sample-rate-unsupported");
  });

  test("a clip of exactly the allowed seconds is read, one sample more is not", () => {
    const clip = (length: number) =>
      makeWav({ ...content("s16"), channels: [new Float32Array(length)] });
    const limits = { maxClipSeconds: 0.5 };
    expect(decodeWav(clip(8_000), limits).info.seconds).toBe(0.5);
    const refusal = refusalOf(() => decodeWav(clip(8_001), limits));
    expect(refusal.slug).toBe("clip-too-long");
    expect(refusal.extensions).toEqual({ seconds: 8_001 / 16_000, maxClipSeconds: 0.5 });
  });

  test("the length is checked before samples are looked at", () => {
    const channels = [Float32Array.of(Number.NaN, 0, 0)];
    const bytes = makeWav({ ...content("f32"), channels });
    expect(refusalOf(() => decodeWav(bytes, { maxClipSeconds: 0.0001 })).slug).toBe(
      "clip-too-long",
    );
  });

  test("no samples at all are too few", () => {
    const bytes = makeWav({ ...content("s16"), channels: [new Float32Array(0)] });
    expect(refusalOf(() => decodeWav(bytes, LIMITS)).slug).toBe("clip-too-short");
  });

  test("an empty data chunk before other chunks holds no samples", () => {
    const format = { id: "fmt ", bytes: formatChunk(content("s16")) };
    const bytes = makeRiff([format, empty(), { id: "LIST", bytes: new Uint8Array(5) }]);
    expect(refusalOf(() => decodeWav(bytes, LIMITS)).slug).toBe("clip-too-short");
  });
});

describe("float samples that cannot be computed with", () => {
  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3e38])(
    "%d is refused, with the second of the first one",
    (bad) => {
      const left = new Float32Array(16_000);
      const right = new Float32Array(16_000);
      left[12_000] = bad;
      right[4_000] = bad;
      const bytes = makeWav({ ...content("f32"), channels: [left, right] });
      const refusal = refusalOf(() => decodeWav(bytes, LIMITS));
      expect(refusal.slug).toBe("clip-samples-not-finite");
      expect(refusal.message).toContain("0.250000 s");
      expect(refusal.extensions).toEqual({ seconds: 0.25, sample: 4_000, channel: 1 });
    },
  );

  test("beyond full scale, but finite, is read as it is", () => {
    const channels = [Float32Array.of(1.5, -40_000, 1e-40)];
    expect(decodeWav(makeWav({ ...content("f32"), channels }), LIMITS).channels).toEqual(channels);
  });
});

function info(codec: string, sampleRateHz: number, channels: number, bitsPerSample: number) {
  return { codec, sampleRateHz, channels, bitsPerSample };
}

function content(format: "s16" | "s24" | "f32") {
  return { sampleRateHz: 16_000, channels: [RAMP], format };
}

function empty() {
  return { id: "data", bytes: new Uint8Array(0) };
}

/** `RAMP_WAV` with one little-endian field changed. */
function patched(offset: number, size: 2 | 4, value: number): Uint8Array<ArrayBuffer> {
  const bytes = RAMP_WAV.slice();
  const view = new DataView(bytes.buffer);
  if (size === 2) view.setUint16(offset, value, true);
  else view.setUint32(offset, value, true);
  return bytes;
}

function interleaved(channels: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const frames = channels[0]?.length ?? 0;
  return Float32Array.from(
    { length: frames * channels.length },
    (_, index) => channels[index % channels.length]?.[Math.floor(index / channels.length)] ?? 0,
  );
}
