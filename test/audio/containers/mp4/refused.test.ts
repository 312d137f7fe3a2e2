import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nodeCodecs } from "../../../../src/audio/codecs/wasm/node.ts";
import { decodeMp4 } from "../../../../src/audio/containers/mp4/decode.ts";
import { UndertoneError } from "../../../../src/errors.ts";
import { int16s, joined, text } from "../../../../support/clips/bytes.ts";
import {
  box,
  boxOfSize,
  FTYP,
  fullBox,
  makeMp4,
  movieIndex,
  soundEntry,
  track,
  words,
} from "../../../../support/clips/make-mp4.ts";
import {
  decodeAll,
  decodedOrRefused,
  NO_CODECS,
  refusalOfDecoding,
} from "../../../../support/decoding/decode-all.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";

const decoder = decodeMp4;
const SAMPLES = int16s([1, 2, 3, 4]);

/** A track of AAC, or of what else the object type says. */
function mp4a(objectType: number, ...setUp: readonly number[]): Uint8Array {
  const decoderFields = [0x04, 13 + 2 + setUp.length, objectType, ...new Array(12).fill(0)];
  const descriptor = [...decoderFields, 0x05, setUp.length, ...setUp];
  const esds = fullBox("esds", 0, [0x03, 3 + descriptor.length, 0, 1, 0, ...descriptor]);
  return soundEntry({ format: "mp4a", boxes: [esds] });
}

/** Set-up data of 16-bit mono in frames of 4096 samples. */
const COOKIE = joined(words(4_096), [0, 16, 40, 10, 14, 1, 0, 255], words(0, 0, 8_000));
const ALAC = soundEntry({ format: "alac", boxes: [fullBox("alac", 0, COOKIE)] });

describe("what is not read is named", () => {
  test.each([
    ["ac-3", "AC-3"],
    ["ec-3", "E-AC-3"],
    ["dtsc", "DTS"],
    ["ima4", "IMA ADPCM"],
    ["sawb", "AMR wide band"],
    ["what", 'the codec "what"'],
  ])("%s is %s", async (format, name) => {
    const file = makeMp4(SAMPLES, { entry: soundEntry({ format }) });
    const refusal = await refusalOfDecoding(file, { decoder });
    expect(refusal.slug).toBe("unsupported-codec");
    expect(refusal.message).toContain(`The file's sound is ${name};`);
  });

  test.each([
    [0xa5, [], "AC-3"],
    [0xa9, [], "DTS"],
    [0xdd, [], "Vorbis"],
    [0x99, [], "MPEG-4 object type 0x99"],
    [0x40, [0xf9, 0x48, 0x00], "xHE-AAC"],
    [0x40, [0xf8, 0xe8, 0x00], "AAC-ELD"],
  ])("object type 0x%x with the set-up data %o is %s", async (objectType, setUp, name) => {
    const file = makeMp4(SAMPLES, { entry: mp4a(objectType, ...setUp) });
    const refusal = await refusalOfDecoding(file, { decoder });
    expect(refusal.slug).toBe("unsupported-codec");
    expect(refusal.message).toContain(name);
  });

  test.each(["enca", "encv", "drms"])("%s is encrypted", async (format) => {
    const boxes = [box("sinf", box("frma", text("mp4a")))];
    const file = makeMp4(SAMPLES, { entry: soundEntry({ format, boxes }) });
    const refusal = await refusalOfDecoding(file, { decoder });
    expect(refusal.slug).toBe("unsupported-codec");
    expect(refusal.message).toContain("The file's sound is encrypted (mp4a)");
  });

  test("a codec that the build leaves out", async () => {
    const refusal = await refusalOfDecoding(readClip("mp4/opus-48000-2.mp4"), {
      decoder,
      codecs: NO_CODECS,
    });
    expect(refusal).toMatchObject({ slug: "unsupported-codec", extensions: { codec: "Opus" } });
  });

  test("pictures and text alone are no sound", async () => {
    const index = movieIndex(track({ handler: "vide" }), track({ handler: "text" }));
    expect(await refusalOfDecoding(joined(FTYP, index), { decoder })).toMatchObject({
      slug: "no-audio-track",
    });
  });
});

describe("headers that contradict themselves", () => {
  test.each([
    ["clip-header-inconsistent", { channels: 0 }],
    ["channels-unsupported", { channels: 64 }],
    ["sample-rate-unsupported", { sampleRateHz: 1 }],
    ["unsupported-codec", { bitsPerSample: 12 }],
    ["clip-damaged", { format: "mp4a" }],
    ["clip-damaged", { format: "alac" }],
    ["clip-damaged", { format: "Opus" }],
  ])("%s: %o", async (slug, content) => {
    const file = makeMp4(SAMPLES, { entry: soundEntry(content) });
    expect(await refusalOfDecoding(file, { decoder })).toMatchObject({ slug });
  });

  test.each([
    ["no samples", makeMp4(new Uint8Array())],
    ["no clock", makeMp4(SAMPLES, { timescale: 0 })],
    ["no sample description", makeMp4(SAMPLES, { entry: new Uint8Array() })],
    ["samples before the file", joined(FTYP, movieIndex(track({ chunks: [[0, 4]] })), box("mdat"))],
    ["no boxes", joined(FTYP, words(7), text("none"), new Uint8Array(8))],
    [
      "packets of gigabytes",
      makeMp4(SAMPLES, { entry: ALAC, stsz: fullBox("stsz", 0, words(0, 1, 2 ** 31)) }),
    ],
  ])("%s: nothing is decoded", async (_, file) => {
    expect(await refusalOfDecoding(file, { decoder })).toMatchObject({ slug: "clip-damaged" });
  });
});

describe("files that are cut", () => {
  test.each([
    ["before their index", joined(FTYP, box("mdat", SAMPLES))],
    ["within their samples, before their index", joined(FTYP, boxOfSize("mdat", 5_000, SAMPLES))],
    ["within their index", makeMp4(SAMPLES).subarray(0, 300)],
  ])("%s: nothing is decoded", async (_, file) => {
    const refusal = await refusalOfDecoding(file, { decoder });
    expect(refusal.slug).toBe("clip-truncated");
    expect(refusal.message).toContain("incomplete or damaged; no audio could be decoded");
  });

  test("within their samples, behind their index: what is there is heard", async () => {
    const whole = makeMp4(int16s(new Array(100_000).fill(1)));
    const cut = whole.subarray(0, whole.length - 70_000);
    const { channels, damaged } = await decodeAll(cut, { decoder });
    expect(channels[0]?.length).toBeGreaterThan(30_000);
    expect(damaged).toBe(true);
  });
});

describe("whatever is sent is samples or a named refusal", () => {
  const codecs = nodeCodecs();
  const slugs = ["clip-truncated", "clip-damaged", "no-audio-track", "unsupported-codec"];
  const expectNamed = async (bytes: Uint8Array) => {
    const outcome = await decodedOrRefused(bytes, { decoder, codecs });
    return outcome instanceof UndertoneError ? outcome.slug : "decoded";
  };

  test.each(["mp4/alac16-16000-1.m4a", "mp4/aac-fragmented-44100-2.mp4"])(
    "%s cut at any byte of its headers and every hundredth of the others",
    async (file) => {
      const bytes = readClip(file);
      for (let end = 0; end < bytes.length; end += end < 1_500 ? 1 : 100) {
        expect(["decoded", "clip-truncated", "clip-damaged"]).toContain(
          await expectNamed(bytes.subarray(0, end)),
        );
      }
    },
  );

  test("a movie with any of its fields overwritten", async () => {
    const movie = makeMp4(SAMPLES);
    const field = fc.tuple(fc.nat({ max: movie.length - 4 }), fc.nat({ max: 2 ** 32 - 1 }));
    const refusals = [
      ...slugs,
      ...["clip-header-inconsistent", "channels-unsupported", "sample-rate-unsupported"],
      // A letter makes a fragment (moof) of the index (moov).
      "not-audio",
      "decoded",
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(field, { minLength: 1, maxLength: 4 }), async (fields) => {
        const bytes = movie.slice();
        for (const [at, value] of fields) new DataView(bytes.buffer).setUint32(at, value);
        expect(refusals).toContain(await expectNamed(bytes));
      }),
      { numRuns: 1_000 },
    );
  });

  test("random boxes within an index", async () => {
    const type = fc.constantFrom(
      ..."trak mdia minf stbl stsd stsz stco stsc hdlr mdhd elst edts mvex trex udta meta".split(
        " ",
      ),
    );
    const leaf = fc.tuple(type, fc.uint8Array({ maxLength: 40 })).map(([t, body]) => box(t, body));
    const nested = fc.letrec((tie) => ({
      tree: fc.oneof(
        leaf,
        fc
          .tuple(type, fc.array(tie("tree")))
          .map(([t, children]) => box(t, ...(children as Uint8Array[]))),
      ),
    })).tree;
    await fc.assert(
      fc.asyncProperty(fc.array(nested, { maxLength: 6 }), async (boxes) => {
        const moov = movieIndex(...(boxes as Uint8Array[]));
        expect(slugs).toContain(await expectNamed(joined(FTYP, moov, box("mdat", SAMPLES))));
      }),
      { numRuns: 1_000 },
    );
  });
});
