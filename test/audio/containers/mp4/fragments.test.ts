import { describe, expect, test } from "vitest";
import { decodeMp4 } from "../../../../src/audio/containers/mp4/decode.ts";
import { int16s, joined } from "../../../../support/clips/bytes.ts";
import {
  box,
  FTYP,
  fullBox,
  movieIndex,
  track,
  words,
} from "../../../../support/clips/make-mp4.ts";
import { decodeAll, refusalOfDecoding } from "../../../../support/decoding/decode-all.ts";

/** Fragments that ffmpeg does not write, of 16-bit samples. */

const FULL_SCALE = 2 ** 15;
const decoder = decodeMp4;

async function samplesOf(bytes: Uint8Array): Promise<number[]> {
  const { channels, damaged } = await decodeAll(bytes, { decoder });
  expect(damaged).toBe(false);
  return Array.from(channels[0] as Float32Array, (sample) => sample * FULL_SCALE);
}

/** Fields that `trex` gives: description, duration, size, flags. */
const INIT = joined(
  FTYP,
  movieIndex(track({ samples: 0 }), box("mvex", fullBox("trex", 0, words(1, 1, 1, 2, 0)))),
);
const HAS_OFFSET = 0x1;
const HAS_BASE = 0x1;
const BASE_IS_MOOF = 0x20000;

const fragment = (...trafs: readonly Uint8Array[]) =>
  box("moof", fullBox("mfhd", 0, words(1)), ...trafs);
const traf = (tfhd: Uint8Array, ...truns: readonly Uint8Array[]) => box("traf", tfhd, ...truns);

/** A fragment whose runs begin at an offset that its own size decides. */
function behind(make: (offset: number) => Uint8Array): Uint8Array {
  return make(make(0).length + 8);
}

describe("samples of fragments", () => {
  test("lie where runs say, counted from their fragment, with the sizes of trex", async () => {
    const moof = behind((offset) =>
      fragment(
        traf(
          fullBox("tfhd", BASE_IS_MOOF, words(1)),
          fullBox("trun", HAS_OFFSET, words(2, offset)),
          fullBox("trun", 0, words(1)),
        ),
      ),
    );
    const file = joined(
      INIT,
      moof,
      box("mdat", int16s([1, 2, 3])),
      moof,
      box("mdat", int16s([4, 5, 6])),
    );
    expect(await samplesOf(file)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("lie where their header says, counted from the start of the file", async () => {
    const at = (base: number) =>
      fragment(traf(fullBox("tfhd", HAS_BASE, words(1, 0, base)), fullBox("trun", 0, words(2))));
    const file = joined(INIT, at(INIT.length + at(0).length + 8), box("mdat", int16s([1, 2])));
    expect(await samplesOf(file)).toEqual([1, 2]);
  });

  test("follow those of the track before, where nothing else is said", async () => {
    const moof = behind((offset) =>
      fragment(
        traf(fullBox("tfhd", 0x10, words(2, 3)), fullBox("trun", HAS_OFFSET, words(2, offset))),
        traf(fullBox("tfhd", 0, words(1)), fullBox("trun", 0, words(2))),
      ),
    );
    const file = joined(INIT, moof, box("mdat", new Uint8Array(6).fill(9), int16s([1, 2])));
    expect(await samplesOf(file)).toEqual([1, 2]);
  });

  test("are found behind boxes of other kinds", async () => {
    const moof = behind((offset) =>
      fragment(traf(fullBox("tfhd", 0, words(1)), fullBox("trun", HAS_OFFSET, words(1, offset)))),
    );
    const one = joined(box("styp"), box("sidx", words(0)), moof, box("mdat", int16s([7])));
    expect(await samplesOf(joined(INIT, one, one, box("mfra", words(0))))).toEqual([7, 7]);
  });
});

describe("fragments that make no sense", () => {
  const run = (...fields: readonly number[]) => fullBox("trun", 0x200, words(...fields));

  test.each([
    ["billions of samples", [fullBox("tfhd", 0, words(1)), run(2 ** 32 - 1, 2)]],
    ["no header", [run(1, 2)]],
    [
      "samples without a size",
      [fullBox("tfhd", 0x10, words(1, 0)), fullBox("trun", 0, words(2 ** 32 - 1))],
    ],
    ["samples within the index", [fullBox("tfhd", HAS_BASE, words(1, 0, 0)), run(1, 2)]],
  ])("%s: nothing is decoded", async (_, boxes) => {
    const file = joined(INIT, fragment(box("traf", ...boxes)), box("mdat", int16s([1, 2])));
    expect(await refusalOfDecoding(file, { decoder })).toMatchObject({ slug: "clip-damaged" });
  });

  test("an index without fragments holds no samples", async () => {
    expect(await refusalOfDecoding(INIT, { decoder })).toMatchObject({ slug: "clip-damaged" });
  });
});
