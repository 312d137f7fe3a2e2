import { describe, expect, test } from "vitest";
import * as ids from "../../../../src/audio/containers/matroska/ids.ts";
import { snrDb } from "../../../../support/clips/agreement.ts";
import { joined, unsigned } from "../../../../support/clips/bytes.ts";
import {
  block,
  element,
  makeMatroska,
  trackEntry,
} from "../../../../support/clips/make-matroska.ts";
import { fullBox, makeMp4, soundEntry, words } from "../../../../support/clips/make-mp4.ts";
import { mp3FramesOf } from "../../../../support/clips/mp3-frames.ts";
import { CODECS, decodeAll } from "../../../../support/decoding/decode-all.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";

const FILE = readClip("mp3/no-xing-44100-2.mp3");
const FRAMES = mp3FramesOf(FILE);
const FRAME_SAMPLES = 1_152;

describe("MPEG audio in MP4 by each of its names", () => {
  test.each<readonly [string, Uint8Array]>([
    [".mp3", soundEntry({ format: ".mp3" })],
    ["ms U", soundEntry({ format: "ms\0U" })],
    ["object type 0x6b", mp4a(0x6b)],
    ["object type 0x69", mp4a(0x69)],
    ["audio object type 34", mp4a(0x40, 0xf8, 0x40)],
  ])("%s", async (_, entry) => {
    const sizes = fullBox(
      "stsz",
      0,
      words(0, FRAMES.length, ...FRAMES.map(({ length }) => length)),
    );
    const file = makeMp4(joined(...FRAMES), { entry, stsz: sizes, samples: FRAMES.length });
    await expectFramesOfFile(file, "mp4");
  });
});

describe("MPEG audio in Matroska by each of its names", () => {
  test.each<readonly [string, Parameters<typeof trackEntry>[0]]>([
    ["A_MPEG/L3", { codecId: "A_MPEG/L3" }],
    ["A_MS/ACM", { codecId: "A_MS/ACM", codecPrivate: joined([0x55, 0], new Uint8Array(28)) }],
  ])("%s", async (_, track) => {
    const blocks = FRAMES.map((frame) => element(ids.SIMPLE_BLOCK, block(frame)));
    await expectFramesOfFile(makeMatroska([trackEntry(track)], blocks), "webm");
  });
});

/** What comes out is the file's own samples, from the first frame to the last. */
async function expectFramesOfFile(file: Uint8Array, container: string): Promise<void> {
  const whole = await decodeAll(FILE, { codecs: CODECS });
  const { description, channels, damaged, noticed } = await decodeAll(file, { codecs: CODECS });
  expect(description).toMatchObject({ container, codec: "mp3", sampleRateHz: 44_100, channels: 2 });
  expect({ damaged, noticed }).toEqual({ damaged: false, noticed: [] });
  expect(channels[0]).toHaveLength(FRAMES.length * FRAME_SAMPLES);
  for (const [index, samples] of channels.entries()) {
    expect(snrDb(samples, whole.channels[index] as Float32Array)).toBeGreaterThan(100);
  }
}

function mp4a(objectType: number, ...setUp: readonly number[]): Uint8Array {
  const fields = [0x04, 13 + 2 + setUp.length, objectType, ...new Array(12).fill(0)];
  const descriptor = [...fields, 0x05, setUp.length, ...setUp];
  const stream = joined([0x03, 3 + descriptor.length], unsigned(1, 2), [0], descriptor);
  return soundEntry({ format: "mp4a", boxes: [fullBox("esds", 0, stream)] });
}
