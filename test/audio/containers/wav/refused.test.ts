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
import { decodeAll, refusalOfDecoding } from "../../../../support/decoding/decode-all.ts";
import { readFixture } from "../../../../support/decoding/fixtures.ts";

const empty = { id: "data", bytes: new Uint8Array(0) };

describe("a cut file", () => {
  test("is decoded up to the cut, and said to be damaged there", async () => {
    const { channels, damaged } = await decodeAll(RAMP_WAV.subarray(0, -13));
    expect(channels).toEqual([RAMP.subarray(0, 93)]);
    expect(damaged).toBe(true);
  });

  test("with the lie in its header that it is longer, too", async () => {
    const bytes = patched(AT.riffBytes, 4, 100_036);
    new DataView(bytes.buffer).setUint32(AT.dataBytes, 100_000, true);
    expect(await decodeAll(bytes)).toMatchObject({ channels: [RAMP], damaged: true });
  });

  test.each([4, 11, 12, 19, 30, 36, 43])("within its header, after %d bytes", async (length) => {
    const refusal = await refusalOfDecoding(RAMP_WAV.subarray(0, length));
    expect(refusal.slug).toBe("clip-truncated");
    expect(refusal.message).toContain("Send the whole file");
  });

  test.each([0, 1])("with %d bytes of its samples says how many are missing", async (bytes) => {
    const refusal = await refusalOfDecoding(RAMP_WAV.subarray(0, DATA_AT + bytes));
    expect(refusal.slug).toBe("clip-truncated");
    expect(refusal.extensions).toEqual({ missingBytes: 200 - bytes });
  });

  test("that was streamed, and has no samples yet", async () => {
    const bytes = patched(AT.riffBytes, 4, 0xffffffff).subarray(0, 36);
    expect((await refusalOfDecoding(bytes)).slug).toBe("clip-truncated");
  });
});

describe("a header that contradicts itself", () => {
  test.each([
    ["samples of 0 bits", patched(AT.bits, 2, 0), "the size of a frame cannot be derived"],
    ["no channels", patched(AT.channels, 2, 0), "0 channels"],
    ["a sample rate of 0", patched(AT.rate, 4, 0), "0 Hz"],
    ["a short format chunk", makeRiff([{ id: "fmt ", bytes: new Uint8Array(14) }, empty]), "14"],
    ["no format chunk", makeRiff([empty]), "'fmt '"],
    ["no data chunk", makeRiff([{ id: "fmt ", bytes: formatChunk(content("s16")) }]), "'data'"],
    ["an extensible format chunk of 16 bytes", patched(AT.tag, 2, 0xfffe), "needs 40"],
  ])("%s", async (_, bytes, detail) => {
    const refusal = await refusalOfDecoding(bytes);
    expect(refusal.slug).toBe("clip-header-inconsistent");
    expect(refusal.message).toContain(detail);
  });
});

describe("codecs that are not read are named", () => {
  test.each([
    ["adpcm_ms", "Microsoft ADPCM"],
    ["adpcm_ima_wav", "IMA ADPCM"],
  ])("%s", async (name, expected) => {
    const refusal = await refusalOfDecoding(readFixture(`refused/${name}.wav`));
    expect(refusal.slug).toBe("unsupported-codec");
    expect(refusal.message).toContain(expected);
    expect(refusal.extensions.codec).toBe(expected);
  });

  test.each([
    ["integers of 40 bits", 1, 40, "40-bit integer PCM"],
    ["floats of 16 bits", 3, 16, "16-bit float PCM"],
    ["a tag without a name", 0x1234, 16, "codec 0x1234"],
  ])("%s", async (_, tag, bits, expected) => {
    const bytes = patched(AT.tag, 2, tag);
    new DataView(bytes.buffer).setUint16(AT.bits, bits, true);
    expect((await refusalOfDecoding(bytes)).message).toContain(expected);
  });

  test("by their GUID where it stands for no tag", async () => {
    const bytes = makeWav({ ...content("s16"), extensible: true });
    bytes.set([0x23, 0xa9, 0xaf, 0xbe], 44);
    const refusal = await refusalOfDecoding(bytes);
    expect(refusal.slug).toBe("unsupported-codec");
    expect(refusal.message).toContain("23a9afbe00001000800000aa00389b71");
  });

  test("of a stream wrapped for S/PDIF, whose GUID begins as that of A-law", async () => {
    const bytes = makeWav({ ...content("u8"), extensible: true });
    bytes.set([0x06, 0x00, 0x00, 0x00, 0xea, 0x0c], 44);
    expect((await refusalOfDecoding(bytes)).slug).toBe("unsupported-codec");
  });
});

describe("a file without samples", () => {
  test("is too short", async () => {
    const bytes = makeWav({ ...content("s16"), channels: [new Float32Array(0)] });
    expect((await refusalOfDecoding(bytes)).slug).toBe("clip-too-short");
  });

  test("is not mistaken for a streamed one because other chunks follow", async () => {
    const format = { id: "fmt ", bytes: formatChunk(content("s16")) };
    const bytes = makeRiff([format, empty, { id: "LIST", bytes: new Uint8Array(5) }]);
    expect((await refusalOfDecoding(bytes)).slug).toBe("clip-too-short");
  });
});

test.each([
  ["zeros", new Uint8Array(8e6), "clip-too-costly"],
  [
    "names of chunks between sizes that lead nowhere",
    concatenate(Array<Uint8Array>(200_000).fill(ascii("\0fmt \0\0\0\0"))),
    "clip-header-inconsistent",
  ],
])("megabytes of %s behind the header are gone through once", async (_name, rest, slug) => {
  const bytes = concatenate([RAMP_WAV.subarray(0, 36), rest]);
  expect((await refusalOfDecoding(bytes, { pieces: [1_000] })).slug).toBe(slug);
});
