import { describe, expect, test } from "vitest";
import { byteSource } from "../../../../src/audio/bytes/source.ts";
import { decodeMp4 } from "../../../../src/audio/containers/mp4/decode.ts";
import { int16s, joined, text } from "../../../../support/clips/bytes.ts";
import {
  box,
  editList,
  FTYP,
  fullBox,
  largeBox,
  makeMp4,
  movieIndex,
  track,
  words,
} from "../../../../support/clips/make-mp4.ts";
import {
  decodeAll,
  inPieces,
  refusalOfDecoding,
  silentContext,
} from "../../../../support/decoding/decode-all.ts";

const FULL_SCALE = 2 ** 15;
const decoder = decodeMp4;
const SAMPLES = [1, 2, 3, 4, 5, 6, 7, 8];

/** The first channel's 16-bit samples. */
async function samplesOf(bytes: Uint8Array): Promise<number[]> {
  const { channels, damaged } = await decodeAll(bytes, { decoder });
  expect(damaged).toBe(false);
  return Array.from(channels[0] as Float32Array, (sample) => sample * FULL_SCALE);
}

describe("where samples lie", () => {
  test("behind their index", async () => {
    expect(await samplesOf(makeMp4(int16s(SAMPLES)))).toEqual(SAMPLES);
  });

  test("before their index", async () => {
    const start = FTYP.length + 8;
    const index = movieIndex(
      track({
        chunks: [
          [start, 5],
          [start + 10, 3],
        ],
      }),
    );
    expect(await samplesOf(joined(FTYP, box("mdat", int16s(SAMPLES)), index))).toEqual(SAMPLES);
  });

  test("in a box whose size takes eight bytes", async () => {
    const start = FTYP.length + 16;
    const index = movieIndex(track({ chunks: [[start, 8]] }));
    expect(await samplesOf(joined(FTYP, largeBox("mdat", int16s(SAMPLES)), index))).toEqual(
      SAMPLES,
    );
  });

  test("in chunks apart, with others' samples between them", async () => {
    const index = (start: number) =>
      movieIndex(
        track({ handler: "vide", chunks: [[start + 4, 3]] }),
        track({
          chunks: [
            [start, 2],
            [start + 10, 6],
          ],
        }),
      );
    const start = FTYP.length + index(0).length + 8;
    const data = box("mdat", int16s([1, 2, 99, 99, 99, 3, 4, 5, 6, 7, 8]));
    expect(await samplesOf(joined(FTYP, index(start), data))).toEqual(SAMPLES);
  });

  test("in chunks whose order is not that of the file", async () => {
    const index = (start: number) =>
      movieIndex(
        track({
          chunks: [
            [start + 8, 4],
            [start, 4],
          ],
        }),
      );
    const start = FTYP.length + index(0).length + 8;
    const data = box("mdat", int16s([5, 6, 7, 8, 1, 2, 3, 4]));
    expect(await samplesOf(joined(FTYP, index(start), data))).toEqual(SAMPLES);
  });

  test("counted as bytes of one, as QuickTime does for PCM", async () => {
    const stsz = fullBox("stsz", 0, words(1, SAMPLES.length));
    expect(await samplesOf(makeMp4(int16s(SAMPLES), { stsz }))).toEqual(SAMPLES);
  });

  test("each of a size of its own", async () => {
    const stsz = fullBox("stsz", 0, words(0, 3, 4, 10, 2));
    expect(await samplesOf(makeMp4(int16s(SAMPLES), { stsz, samples: 3 }))).toEqual(SAMPLES);
  });

  test.each([
    [4, [0x6a]],
    [8, [6, 10]],
    [16, [0, 6, 0, 10]],
  ])("each of a size that is stored in %i bits", async (bits, sizes) => {
    const stsz = fullBox("stz2", 0, words(bits, 2), sizes);
    expect(await samplesOf(makeMp4(int16s(SAMPLES), { stsz, samples: 2 }))).toEqual(SAMPLES);
  });

  test("at offsets of eight bytes", async () => {
    expect(await samplesOf(makeMp4(int16s(SAMPLES), { isLarge: true }))).toEqual(SAMPLES);
  });

  test("behind an index without ftyp, as old QuickTime files have it", async () => {
    const start = 8 + 8;
    const index = movieIndex(track({ chunks: [[start, 8]] }));
    expect(await samplesOf(joined(box("wide"), box("mdat", int16s(SAMPLES)), index))).toEqual(
      SAMPLES,
    );
  });
});

describe("what is heard of 5 ms, by edits in milliseconds from samples on", () => {
  const samples = Array.from({ length: 40 }, (_, index) => index);
  const none = 0xffffffff;

  test.each([
    ["as long as an edit is", editList([2, 1]), samples.slice(1, 17)],
    [
      "to the end of the track, if an edit ends within a tick of it",
      editList([5, 2]),
      samples.slice(2),
    ],
    ["to the end of the track, if an edit has no length", editList([0, 3]), samples.slice(3)],
    ["no pause, where an edit is empty", editList([2_000, none], [5, 0]), samples],
    [
      "two parts, if two edits leave out what is between",
      editList([1, 0], [2, 24]),
      [...samples.slice(0, 8), ...samples.slice(24)],
    ],
    ["all, if edits leave nothing", editList([1, 5_000]), samples],
    ["all, if edits go back", editList([1, 8], [1, 0]), samples],
    ["all, if the list is empty", editList(), samples],
  ])("%s", async (_, edits, heard) => {
    expect(await samplesOf(makeMp4(int16s(samples), { edits }))).toEqual(heard);
  });

  test("what iTunes notes, where there are no edits", async () => {
    const note = " 00000000 00000003 00000005 0000000000000020";
    const tag = box(
      "----",
      fullBox("mean", 0, text("com.apple.iTunes")),
      fullBox("name", 0, text("iTunSMPB")),
      fullBox("data", 1, words(0), text(note)),
    );
    const picture = box("covr", fullBox("data", 13, words(0), new Uint8Array(10_000)));
    const udta = box("udta", fullBox("meta", 0, box("ilst", picture, tag)));
    const start = FTYP.length + 8;
    const index = movieIndex(track({ chunks: [[start, 40]] }), udta);
    const file = joined(FTYP, box("mdat", int16s(samples)), index);
    expect(await samplesOf(file)).toEqual(samples.slice(3, 35));
  });
});

describe("memory", () => {
  const context = silentContext();

  test("samples behind the index come out as they come in", async () => {
    const file = makeMp4(new Uint8Array(2 ** 21));
    let pulledBytes = 0;
    const pieces = (function* () {
      for (const piece of inPieces(file, [4_096])) {
        pulledBytes += piece.length;
        yield piece;
      }
    })();
    const decoding = decodeMp4(byteSource(pieces), context);
    for (let count = 1; count <= 10; count++) {
      await decoding.next();
      expect(pulledBytes).toBeLessThan(count * 2 ** 16 + 2 ** 13);
    }
    await decoding.return(undefined);
  });

  test("tables that claim billions of samples cost what they hold", async () => {
    const claims = words(2 ** 32 - 1);
    const stsz = fullBox("stsz", 0, words(0), claims, words(4, 4));
    expect(await samplesOf(makeMp4(int16s(SAMPLES), { stsz, samples: 2 }))).toEqual(
      SAMPLES.slice(0, 4),
    );
    const uniform = fullBox("stsz", 0, words(2), claims);
    const { channels, damaged } = await decodeAll(
      makeMp4(int16s(SAMPLES), { stsz: uniform, samples: 2 ** 32 - 1 }),
      { decoder },
    );
    expect(channels).toHaveLength(1);
    expect(damaged).toBe(true);
  });

  test("an index of many megabytes is refused", async () => {
    const stsz = fullBox("stsz", 0, words(0, 1), new Uint8Array(9 * 2 ** 20));
    const refusal = await refusalOfDecoding(makeMp4(int16s(SAMPLES), { stsz }), { decoder });
    expect(refusal).toMatchObject({ slug: "clip-damaged" });
  });

  test("the tables of pictures are passed over, whatever their size", async () => {
    const stsz = fullBox("stsz", 0, words(0, 1), new Uint8Array(9 * 2 ** 20));
    const start = FTYP.length + 8;
    const index = movieIndex(
      track({ handler: "vide", chunks: [[start, 1]], stsz }),
      track({ chunks: [[start, 8]] }),
    );
    expect(await samplesOf(joined(FTYP, box("mdat", int16s(SAMPLES)), index))).toEqual(SAMPLES);
  });
});
