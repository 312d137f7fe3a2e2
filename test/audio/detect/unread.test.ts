import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sniffUnread } from "../../../src/audio/detect/unread.ts";
import { ascii, concatenate } from "../../../support/clips/make-wav.ts";
import { refusalOfDecoding } from "../../../support/decoding/decode-all.ts";
import { readClip } from "../../../support/decoding/fixtures.ts";

const RANDOM = Uint8Array.from({ length: 3_000 }, (_, index) => (index * index * 37 + 11) % 251);

describe("files that ffmpeg and sox wrote are named", () => {
  test.each([
    ["wavpack.wv", "WavPack"],
    ["true-audio.tta", "True Audio (TTA)"],
    ["ac3.ac3", "AC-3"],
    ["ac3-enhanced.eac3", "E-AC-3"],
    ["dts.dts", "DTS"],
    ["aac.loas", "AAC (LATM in LOAS)"],
    ["creative.voc", "Creative Voice (VOC)"],
    ["gsm-full-rate.gsm", "GSM 06.10 (full rate)"],
  ])("%s", (file, name) => {
    expect(sniffUnread(readClip(`refused/${file}`))).toBe(name);
  });
});

describe("others are named by their signature", () => {
  test.each([
    ["MAC \x96\x0f", "Monkey's Audio (APE)"],
    ["MPCKSH", "Musepack"],
    ["MP+\x07", "Musepack"],
    ["DSD \x1c", "DSD (DSF)"],
    ["FRM8\0\0\0\0\0\0\0\0DSD ", "DSD (DSDIFF)"],
    ["#!SILK_V3\x13\0", "SILK"],
    ["\x02#!SILK_V3\x13\0", "SILK, as WeChat and QQ write it"],
    ["\xfe\x7f\x01\x80", "DTS"],
    ["ajkg\x02", "Shorten"],
    ["ADIF\x80", "AAC in ADIF"],
    [".RMF\0\0\0\x12", "RealMedia"],
  ])("%j is %s", (start, name) => {
    expect(sniffUnread(concatenate([ascii(start), RANDOM]))).toBe(name);
  });
});

describe("a run of frames is told by two of them", () => {
  const cut = (file: string, end: number) => readClip(`refused/${file}`).subarray(0, end);

  test.each([
    ["ac3.ac3", 192],
    ["ac3-enhanced.eac3", 128],
    ["aac.loas", 135],
  ])("%s: one frame that is all, or has another one behind it", (file, frameBytes) => {
    expect(sniffUnread(cut(file, frameBytes))).not.toBeNull();
    expect(sniffUnread(cut(file, frameBytes + 10))).not.toBeNull();
    expect(sniffUnread(cut(file, frameBytes - 1))).toBeNull();
    expect(sniffUnread(concatenate([cut(file, frameBytes), RANDOM]))).toBeNull();
  });

  test("GSM by four", () => {
    expect(sniffUnread(cut("gsm-full-rate.gsm", 4 * 33))).not.toBeNull();
    expect(sniffUnread(cut("gsm-full-rate.gsm", 4 * 33 - 1))).toBeNull();
    expect(sniffUnread(concatenate([cut("gsm-full-rate.gsm", 4 * 33), RANDOM]))).toBeNull();
  });
});

test("tags before such a file do not make it an MP3", async () => {
  const tag = ascii("ID3\x04\0\0\0\0\0\x04abcd");
  const refusal = await refusalOfDecoding(concatenate([tag, readClip("refused/true-audio.tta")]));
  expect(refusal.extensions.codec).toBe("True Audio (TTA)");
});

test("what ffmpeg does not read has other advice", async () => {
  const silk = await refusalOfDecoding(concatenate([ascii("\x02#!SILK_V3"), RANDOM]));
  expect(silk).toMatchObject({ slug: "unsupported-codec" });
  expect(silk.message).toContain("save it as WAV with the program that made it");
  const wavpack = await refusalOfDecoding(readClip("refused/wavpack.wv"));
  expect(wavpack.message).toContain("ffmpeg -i in");
});

test("any bytes are told without an exception", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc
      .tuple(fc.constantFrom("\x0b\x77", "\x56\xe0", "\xd0"), fc.uint8Array({ maxLength: 400 }))
      .map(([start, rest]) => concatenate([ascii(start), rest])),
  );
  fc.assert(fc.property(bytes, (bytes) => void sniffUnread(bytes)));
});
