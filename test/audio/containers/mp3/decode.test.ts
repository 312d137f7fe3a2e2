import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readMp3FrameHeader } from "../../../../src/audio/codecs/mp3/frame-header.ts";
import { nodeCodecs } from "../../../../src/audio/codecs/wasm/node.ts";
import { decodeMp3 } from "../../../../src/audio/containers/mp3/decode.ts";
import { snrDb } from "../../../../support/clips/agreement.ts";
import { joined, text } from "../../../../support/clips/bytes.ts";
import { apeTag, FOLLOWING, id3Tag, id3v1Tag } from "../../../../support/clips/make-tags.ts";
import {
  inFreeFormat,
  mp3FramesOf,
  vbriFrame,
  xingFrame,
} from "../../../../support/clips/mp3-frames.ts";
import { decodeAll, refusalOfDecoding } from "../../../../support/decoding/decode-all.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";
import { needsPrograms, outputOf } from "../../../../support/programs.ts";

const OPTIONS = { decoder: decodeMp3, codecs: nodeCodecs() };
/** No tags, no LAME header. */
const PLAIN = readClip("mp3/no-xing-44100-2.mp3");

const FRAME_SAMPLES = 1_152;
const FOLDER = mkdtempSync(join(tmpdir(), "undertone-mp3-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

const decode = (bytes: Uint8Array) => decodeAll(bytes, OPTIONS);
const refusal = (bytes: Uint8Array) => refusalOfDecoding(bytes, OPTIONS);

describe("the first frame", () => {
  test("is found behind bytes that are none, lone syncs among them", async () => {
    const whole = await decode(PLAIN);
    const gap = joined(new Uint8Array(1_000), [0xff, 0xfb, 0x90, 0x64], new Uint8Array(500));
    const { channels } = await decode(joined(gap, PLAIN));
    expect(channels).toEqual(whole.channels);
  });

  test("that is not there is a named refusal", async () => {
    expect((await refusal(new Uint8Array(70_000))).slug).toBe("clip-damaged");
    expect((await refusal(PLAIN.slice(0, 3))).slug).toBe("clip-truncated");
    expect((await refusal(PLAIN.slice(0, 200))).slug).toBe("clip-truncated");
  });
});

describe("a file that begins in the middle of a frame", () => {
  const frames = mp3FramesOf(PLAIN);
  const firstBytes = frames[0]?.length as number;

  test("begins with the next one, wherever it was cut", async () => {
    const whole = (await decode(PLAIN)).channels[0] as Float32Array;
    for (const start of [1, 2, 3, 4, 7, 100, firstBytes - 1]) {
      const { channels, damaged, noticed, description } = await decodeAll(PLAIN.slice(start));
      const samples = channels[0] as Float32Array;
      expect(description.container).toBe("mp3");
      expect(samples).toHaveLength(whole.length - FRAME_SAMPLES);
      expect({ damaged, noticed }).toEqual({ damaged: false, noticed: [] });
      // What the first frames refer back to is missing.
      expect(snrDb(samples.subarray(4_000), whole.subarray(4_000 + FRAME_SAMPLES))).toBeGreaterThan(
        90,
      );
    }
  });

  test("is told by two frames and the end, not by one", async () => {
    const [first, second] = frames as [Uint8Array, Uint8Array];
    const rest = first.subarray(50);
    expect((await decodeAll(joined(rest, first, second))).channels[0]).toHaveLength(
      2 * FRAME_SAMPLES,
    );
    expect((await refusalOfDecoding(joined(rest, first))).slug).toBe("not-audio");
  });
});

describe("what stands between frames", () => {
  const frames = mp3FramesOf(PLAIN);
  const [half, other] = [joined(...frames.slice(0, 20)), joined(...frames.slice(20))];

  test.each([
    ["tags", [id3v1Tag(), id3Tag(300)], []],
    ["a cover picture of 200 kB", [id3Tag(200_000)], []],
    ["an APE tag and zeros", [apeTag(100), new Uint8Array(900)], []],
    ["other bytes", [new Uint8Array(300).fill(0x55)], ["part-skipped"]],
    ["a picture that is no tag", [readClip("refused/picture.png")], ["part-skipped"]],
    ["the rest of a frame", [(frames[9] as Uint8Array).subarray(150)], ["part-skipped"]],
    ["a single byte, as of Icecast's titles", [[7]], ["part-skipped"]],
  ] as const)("is passed over: %s", async (_, between, expected) => {
    const { channels, damaged, noticed } = await decode(joined(half, ...between, other));
    expect(channels[0]).toHaveLength(frames.length * FRAME_SAMPLES);
    expect(channels).toEqual((await decode(PLAIN)).channels);
    expect({ damaged, noticed }).toEqual({ damaged: false, noticed: expected });
  });

  test("may be a frame that lacks its end or its beginning", async () => {
    for (const broken of [half.subarray(0, -100), joined(half, other.subarray(100))]) {
      const rest = broken.length < half.length ? other : [];
      const { channels, damaged, noticed } = await decode(joined(broken, rest));
      expect(channels[0]).toHaveLength((frames.length - 1) * FRAME_SAMPLES);
      expect({ damaged, noticed }).toEqual({ damaged: false, noticed: ["part-skipped"] });
    }
  });

  test("may stand in the middle of a frame, as Icecast's titles do", async () => {
    const title = joined([2], text("StreamTitle='Whatever';".padEnd(32, "\0")));
    const cut = half.length - 100;
    const { channels, damaged, noticed } = await decode(
      joined(PLAIN.subarray(0, cut), title, PLAIN.subarray(cut)),
    );
    expect(channels[0]).toHaveLength(frames.length * FRAME_SAMPLES);
    expect({ damaged, noticed }).toEqual({ damaged: false, noticed: ["part-skipped"] });
  });

  test("is damage that ends the clip if it is more than 64 kB", async () => {
    const { channels, damaged } = await decode(
      joined(half, new Uint8Array(70_000).fill(0x81), other),
    );
    expect(channels[0]).toHaveLength(20 * FRAME_SAMPLES);
    expect(damaged).toBe(true);
  });

  test("is an end if it is an endless run of tags", async () => {
    const { channels, damaged } = await decode(
      joined(half, ...Array(5_000).fill(id3Tag(0)), other),
    );
    expect(channels[0]).toHaveLength(20 * FRAME_SAMPLES);
    expect(damaged).toBe(true);
  });
});

describe("the last frame", () => {
  test.each(FOLLOWING)("may be followed by %s", async (_, following) => {
    const { channels, damaged, noticed } = await decodeAll(joined(PLAIN, following));
    expect(channels).toEqual((await decode(PLAIN)).channels);
    expect({ damaged, noticed }).toEqual({ damaged: false, noticed: [] });
  });

  test("that is cut is told, one that is whole is no damage", async () => {
    const oneFrame = readMp3FrameHeader(PLAIN, 0)?.frameBytes as number;
    expect((await decode(PLAIN.slice(0, -5))).damaged).toBe(true);
    expect((await decode(PLAIN.slice(0, oneFrame))).damaged).toBe(false);
    expect((await decode(PLAIN.slice(0, oneFrame + 4))).damaged).toBe(true);
    expect((await decode(PLAIN.slice(0, oneFrame + 1))).damaged).toBe(true);
  });

  test("that something else follows is the end of the sound, and told", async () => {
    const { channels, damaged } = await decode(joined(PLAIN, new Uint8Array(500).fill(0x81)));
    expect(channels).toEqual((await decode(PLAIN)).channels);
    expect(damaged).toBe(true);
  });
});

describe("files that were joined", () => {
  const stereo = readClip("mp3/cbr-44100-2.mp3");

  test("go on at another rate", async () => {
    const whole = await decode(PLAIN);
    const changed = await decode(joined(PLAIN, readClip("mp3/mpeg25-8000-1.mp3")));
    expect(changed.damaged).toBe(false);
    expect(changed.channels).toEqual(whole.channels);
    expect(changed.further).toMatchObject([{ description: { sampleRateHz: 8_000 } }]);
  });

  test("go on with more channels", async () => {
    const mono = readClip("mp3/no-xing-vbr-44100-1.mp3");
    const { description, further, damaged } = await decode(joined(mono, PLAIN));
    expect(description.channels).toBe(1);
    expect(further).toMatchObject([{ description: { channels: 2 } }]);
    expect(damaged).toBe(false);
  });

  test("are as long as ffmpeg makes them, all but what encoders add", async (context) => {
    needsPrograms(context, "ffmpeg");
    const bytes = joined(stereo, id3v1Tag(), id3Tag(300), stereo);
    const { channels, damaged, noticed } = await decode(bytes);
    const expected = decodedByFfmpeg(bytes).length / 2;
    expect(Math.abs((channels[0]?.length as number) - expected)).toBeLessThan(1.1 * FRAME_SAMPLES);
    expect({ damaged, noticed }).toEqual({ damaged: false, noticed: [] });
  });
});

describe("what a Xing header tells", () => {
  const file = readClip("mp3/cbr-44100-2.mp3");
  const [first, ...others] = mp3FramesOf(file) as [Uint8Array, ...Uint8Array[]];
  const count = others.length;
  const bytes = first.length + others.reduce((sum, frame) => sum + frame.length, 0);

  test("of the number of frames may be wrong", async (context) => {
    needsPrograms(context, "ffmpeg");
    for (const frames of [0, 1, Math.floor(count / 2), count * 2, 0xffffffff]) {
      const changed = joined(xingFrame(first, { frames }), ...others);
      const { channels, damaged, noticed } = await decode(changed);
      expect(channels[0]).toHaveLength(decodedByFfmpeg(changed).length / 2);
      expect({ damaged, noticed }).toEqual({ damaged: false, noticed: [] });
    }
  });

  test("of frames and bytes both is missed where the file ends between frames", async () => {
    const cut = joined(first, ...others.slice(0, -5));
    expect((await decode(cut)).damaged).toBe(true);
    const mended = xingFrame(first, { frames: count - 5 });
    expect((await decode(joined(mended, ...others.slice(0, -5)))).damaged).toBe(false);
    const other = xingFrame(first, { bytes: bytes - 5 * 418 });
    expect((await decode(joined(other, ...others.slice(0, -5)))).damaged).toBe(false);
  });

  test("once all is there, anything may follow", async () => {
    const { channels, damaged } = await decode(joined(file, new Uint8Array(500).fill(0x81)));
    expect(channels).toEqual((await decode(file)).channels);
    expect(damaged).toBe(false);
  });

  test("is not heard, nor is what Fraunhofer's encoder tells", async () => {
    const told = vbriFrame(others[0] as Uint8Array, count, bytes);
    const plain = await decode(joined(...others));
    const { channels, damaged } = await decode(joined(told, ...others));
    expect(channels).toEqual(plain.channels);
    expect(damaged).toBe(false);
    expect((await decode(joined(told, ...others.slice(0, -3)))).damaged).toBe(true);
  });
});

test("free format is refused by its name", async () => {
  const frames = mp3FramesOf(readClip("mp3/cbr-320k-48000-2.mp3")).slice(1);
  const free = joined(...frames.map(inFreeFormat));
  for (const bytes of [free, free.subarray(500), joined(id3Tag(100), free)]) {
    const { slug, message } = await refusalOfDecoding(bytes);
    expect(slug).toBe("unsupported-codec");
    expect(message).toContain("free format");
  }
  expect((await decode(joined(PLAIN, free))).noticed).toEqual(["second-clip"]);
});

const LAYER_TWO = [
  { version: "MPEG 1", sampleRateHz: 44_100, bitRate: "192k" },
  { version: "MPEG 2", sampleRateHz: 22_050, bitRate: "96k" },
];

test.for(LAYER_TWO)("layer II of $version is read too", async (clip, context) => {
  needsPrograms(context, "ffmpeg");
  const { sampleRateHz, bitRate } = clip;
  const encoded = outputOf("ffmpeg", [
    ...["-v", "error", "-f", "lavfi", "-i", "sine=frequency=440:duration=0.5"],
    ...["-ar", String(sampleRateHz), "-c:a", "mp2", "-b:a", bitRate, "-f", "mp2", "-"],
  ]);
  const decoded = await decode(encoded);
  expect(decoded.description).toMatchObject({ codec: "mp2", sampleRateHz, channels: 1 });
  const expected = decodedByFfmpeg(encoded);
  expect(decoded.channels[0]?.length).toBe(expected.length);
  expect(snrDb(decoded.channels[0] as Float32Array, expected)).toBeGreaterThan(65);
});

/** All channels' samples, in turns; of a file, since ffmpeg believes less of what it cannot go back in. */
function decodedByFfmpeg(bytes: Uint8Array): Float32Array {
  const path = join(FOLDER, "clip.mp3");
  writeFileSync(path, bytes);
  const options = ["-v", "quiet", "-i", path, "-f", "f32le", "-"];
  return new Float32Array(outputOf("ffmpeg", options).slice().buffer);
}
