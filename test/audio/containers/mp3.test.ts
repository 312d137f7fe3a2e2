import { describe, expect, test } from "vitest";
import { nodeCodecs } from "../../../src/audio/codecs/modules-node.ts";
import { readMp3FrameHeader } from "../../../src/audio/codecs/mp3-frame-header.ts";
import { decodeMp3 } from "../../../src/audio/containers/mp3.ts";
import { needsPrograms, outputOf } from "../../programs.ts";
import { snrDb } from "../agreement.ts";
import { decodeAll, refusalOfDecoding } from "../decoding.ts";
import { readClip } from "../fixtures.ts";
import { joined, text } from "./bytes.ts";

const OPTIONS = { decoder: decodeMp3, codecs: nodeCodecs() };
/** No tags, no LAME header. */
const PLAIN = readClip("mp3/no-xing-44100-2.mp3");

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

describe("the last frame", () => {
  test("may be followed by tags", async () => {
    const { damaged } = await decode(joined(PLAIN, text(`TAG${"\0".repeat(125)}`)));
    expect(damaged).toBe(false);
  });

  test("that is cut is told, one that is whole is no damage", async () => {
    const oneFrame = readMp3FrameHeader(PLAIN, 0)?.frameBytes as number;
    expect((await decode(PLAIN.slice(0, -5))).damaged).toBe(true);
    expect((await decode(PLAIN.slice(0, oneFrame))).damaged).toBe(false);
    expect((await decode(PLAIN.slice(0, oneFrame + 4))).damaged).toBe(true);
  });
});

test("a file may go on at another rate", async () => {
  const whole = await decode(PLAIN);
  const changed = await decode(joined(PLAIN, readClip("mp3/mpeg25-8000-1.mp3")));
  expect(changed.damaged).toBe(false);
  expect(changed.channels).toEqual(whole.channels);
  expect(changed.further).toMatchObject([{ description: { sampleRateHz: 8_000 } }]);
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
  const options = ["-v", "error", "-i", "-", "-f", "f32le", "-"];
  const expected = new Float32Array(outputOf("ffmpeg", options, encoded).buffer);
  expect(decoded.channels[0]?.length).toBe(expected.length);
  expect(snrDb(decoded.channels[0] as Float32Array, expected)).toBeGreaterThan(65);
});
