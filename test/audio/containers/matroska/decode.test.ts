import { describe, expect, test } from "vitest";
import { decodeMatroska } from "../../../../src/audio/containers/matroska/decode.ts";
import * as ids from "../../../../src/audio/containers/matroska/ids.ts";
import { int16s, joined, text, unsigned } from "../../../../support/clips/bytes.ts";
import {
  block,
  ebmlHeader,
  element,
  makeMatroska,
  openElement,
  trackEntry,
} from "../../../../support/clips/make-matroska.ts";
import { decodeAll, refusalOfDecoding } from "../../../../support/decoding/decode-all.ts";

const FULL_SCALE = 2 ** 15;
const decoder = decodeMatroska;

/** The first channel's 16-bit samples. */
async function samplesOf(bytes: Uint8Array): Promise<number[]> {
  const { channels } = await decodeAll(bytes, { decoder });
  return Array.from(channels[0] as Float32Array, (sample) => sample * FULL_SCALE);
}

const simple = (...samples: number[]) => element(ids.SIMPLE_BLOCK, block(int16s(samples)));

describe("clusters and blocks", () => {
  test("simple blocks and block groups are heard in order", async () => {
    const group = element(ids.BLOCK_GROUP, element(ids.BLOCK, block(int16s([3, 4]))));
    const file = makeMatroska([trackEntry()], [simple(1, 2), group, simple(5)]);
    expect(await samplesOf(file)).toEqual([1, 2, 3, 4, 5]);
  });

  test("a live recording knows the size neither of its segment nor of its clusters", async () => {
    const file = joined(
      ebmlHeader(),
      openElement(ids.SEGMENT, element(ids.TRACKS, trackEntry())),
      openElement(ids.CLUSTER, simple(1, 2)),
      openElement(ids.CLUSTER, simple(3)),
    );
    const { channels, damaged } = await decodeAll(file, { decoder });
    expect(channels[0]).toHaveLength(3);
    expect(damaged).toBe(false);
  });

  test("blocks of other tracks, void elements and cues are passed over", async () => {
    const picture = element(ids.SIMPLE_BLOCK, block(int16s([9, 9]), { track: 2 }));
    const file = makeMatroska(
      [trackEntry({ number: 2, type: 1 }), trackEntry()],
      [picture, element(0xec, int16s([7])), simple(1), element(0x1c53bb6b, int16s([8])), simple(2)],
    );
    expect(await samplesOf(file)).toEqual([1, 2]);
  });

  test("the first audio track is the one that is heard", async () => {
    const second = element(ids.SIMPLE_BLOCK, block(int16s([9]), { track: 2 }));
    const file = makeMatroska([trackEntry(), trackEntry({ number: 2 })], [simple(1), second]);
    expect(await samplesOf(file)).toEqual([1]);
  });

  test("packets are laced in three ways", async () => {
    const samples = [1, 2, 3, 4];
    const xiph = block(joined([1, 2], int16s(samples)), { flags: 0x82 });
    const fixed = block(joined([1], int16s(samples)), { flags: 0x84 });
    const ebml = block(joined([1, 0x82], int16s(samples)), { flags: 0x86 });
    for (const laced of [xiph, fixed, ebml]) {
      const file = makeMatroska([trackEntry()], [element(ids.SIMPLE_BLOCK, laced)]);
      expect(await samplesOf(file)).toEqual(samples);
    }
  });

  test("discard padding takes the end of its block away", async () => {
    const twoSamplesInNanoseconds = 250_000;
    const group = element(
      ids.BLOCK_GROUP,
      element(ids.BLOCK, block(int16s([1, 2, 3, 4]))),
      element(ids.DISCARD_PADDING, unsigned(twoSamplesInNanoseconds, 3)),
    );
    expect(await samplesOf(makeMatroska([trackEntry()], [group]))).toEqual([1, 2]);
  });

  test("a header that was stripped from every packet is put back", async () => {
    const compression = element(
      ids.CONTENT_COMPRESSION,
      element(ids.CONTENT_COMPRESSION_ALGORITHM, unsigned(3, 1)),
      element(ids.CONTENT_COMPRESSION_SETTINGS, int16s([7])),
    );
    const encodings = element(ids.CONTENT_ENCODINGS, element(ids.CONTENT_ENCODING, compression));
    const file = makeMatroska([trackEntry({ others: [encodings] })], [simple(1), simple(2)]);
    expect(await samplesOf(file)).toEqual([7, 1, 7, 2]);
  });
});

describe("what a file says of itself", () => {
  test("WebM and Matroska are told apart", async () => {
    const tracks = element(ids.TRACKS, trackEntry({ sampleRateHz: 44_100, channels: 2 }));
    for (const docType of ["webm", "matroska"]) {
      const segment = element(ids.SEGMENT, tracks, element(ids.CLUSTER, simple(1, 2)));
      const { description } = await decodeAll(joined(ebmlHeader(docType), segment), { decoder });
      expect(description).toEqual({
        container: docType,
        codec: "pcm_s16le",
        bitsPerSample: 16,
        sampleRateHz: 44_100,
        channels: 2,
      });
    }
  });

  test.each([
    ["A_AC3", "AC-3"],
    ["A_EAC3", "E-AC-3"],
    ["A_DTS/EXPRESS", "DTS"],
    ["A_TRUEHD", "Dolby TrueHD"],
    ["A_UNHEARD_OF", 'the codec "A_UNHEARD_OF"'],
  ])("%s is refused as %s", async (codecId, name) => {
    const file = makeMatroska([trackEntry({ codecId })], [simple(1)]);
    const refusal = await refusalOfDecoding(file, { decoder });
    expect(refusal.slug).toBe("unsupported-codec");
    expect(refusal.message).toContain(`The file's sound is ${name};`);
  });

  test("a codec of Windows' audio manager is refused by its own name", async () => {
    const format = joined([0x02, 0x00], new Uint8Array(16));
    const track = trackEntry({ codecId: "A_MS/ACM", codecPrivate: format });
    const refusal = await refusalOfDecoding(makeMatroska([track], [simple(1)]), { decoder });
    expect(refusal.message).toContain("Microsoft ADPCM");
  });

  test("encrypted sound is refused as encrypted", async () => {
    const encryption = element(ids.CONTENT_ENCODING, element(ids.CONTENT_ENCRYPTION));
    const others = [element(ids.CONTENT_ENCODINGS, encryption)];
    const refusal = await refusalOfDecoding(makeMatroska([trackEntry({ others })], [simple(1)]), {
      decoder,
    });
    expect(refusal).toMatchObject({ slug: "unsupported-codec" });
    expect(refusal.message).toContain("encrypted");
  });

  test("a video without sound has no audio track", async () => {
    const file = makeMatroska([trackEntry({ type: 1, codecId: "V_VP8" })], [simple(1)]);
    expect(await refusalOfDecoding(file, { decoder })).toMatchObject({ slug: "no-audio-track" });
  });

  test.each([
    ["clip-header-inconsistent", { channels: 0 }],
    ["channels-unsupported", { channels: 64 }],
    ["sample-rate-unsupported", { sampleRateHz: 0 }],
    ["sample-rate-unsupported", { sampleRateHz: 4e9 }],
    ["sample-rate-unsupported", { sampleRateHz: Number.NaN }],
    ["unsupported-codec", { bitsPerSample: 12 }],
    ["clip-damaged", { codecId: "A_OPUS" }],
    ["clip-damaged", { codecId: "A_VORBIS", codecPrivate: text("\x02\x01\x01") }],
    ["clip-damaged", { codecId: "A_AAC" }],
    ["clip-damaged", { codecId: "A_ALAC" }],
  ])("%s: %o", async (slug, content) => {
    const file = makeMatroska([trackEntry(content)], [simple(1)]);
    expect(await refusalOfDecoding(file, { decoder })).toMatchObject({ slug });
  });
});
