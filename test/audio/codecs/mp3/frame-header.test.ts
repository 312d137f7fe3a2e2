import { describe, expect, test } from "vitest";
import { readMp3FrameHeader } from "../../../../src/audio/codecs/mp3/frame-header.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";
import { needsPrograms, outputOf } from "../../../../support/programs.ts";

describe("a frame's header", () => {
  test.each([
    ["MPEG 1 layer III, 128 kbit/s, 44.1 kHz", [0xff, 0xfb, 0x90, 0x64], 3, 44_100, 2, 417],
    ["the same with padding", [0xff, 0xfb, 0x92, 0x64], 3, 44_100, 2, 418],
    ["mono", [0xff, 0xfb, 0x90, 0xc4], 3, 44_100, 1, 417],
    ["MPEG 2 layer III, 64 kbit/s, 24 kHz", [0xff, 0xf3, 0x84, 0xc4], 3, 24_000, 1, 192],
    ["MPEG 2.5 layer III, 8 kbit/s, 8 kHz", [0xff, 0xe3, 0x18, 0xc4], 3, 8_000, 1, 72],
    ["MPEG 1 layer II, 192 kbit/s, 48 kHz", [0xff, 0xfd, 0xa4, 0x04], 2, 48_000, 2, 576],
    ["MPEG 1 layer I, 384 kbit/s, 32 kHz", [0xff, 0xff, 0xc8, 0x04], 1, 32_000, 2, 576],
  ])("of %s is read", (_, bytes, layer, sampleRateHz, channels, frameBytes) => {
    const header = readMp3FrameHeader(Uint8Array.from([7, ...bytes]), 1);
    expect(header).toMatchObject({ layer, sampleRateHz, channels, frameBytes });
  });

  test.each([
    ["no sync", [0xff, 0xdb, 0x90, 0x64]],
    ["a reserved version", [0xff, 0xeb, 0x90, 0x64]],
    ["a reserved layer", [0xff, 0xf9, 0x90, 0x64]],
    ["a reserved rate", [0xff, 0xfb, 0x9c, 0x64]],
    ["a reserved bit rate", [0xff, 0xfb, 0xf0, 0x64]],
    ["a free bit rate", [0xff, 0xfb, 0x00, 0x64]],
    ["three bytes", [0xff, 0xfb, 0x90]],
  ])("with %s is none", (_, bytes) => {
    expect(readMp3FrameHeader(Uint8Array.from(bytes), 0)).toBeNull();
  });
});

test.for(["vbr-44100-2", "mpeg2-22050-1", "mpeg25-8000-1", "no-xing-vbr-44100-1"])(
  "the frames of %s are as long as ffprobe says",
  (name, context) => {
    needsPrograms(context, "ffprobe");
    const url = new URL(`../../../fixtures/clips/mp3/${name}.mp3`, import.meta.url);
    const options = ["-v", "error", "-show_entries", "packet=pos,size", "-of", "json"];
    const answer = new TextDecoder().decode(outputOf("ffprobe", [...options, url.pathname]));
    const { packets } = JSON.parse(answer) as { packets: { pos: string; size: string }[] };
    const bytes = readClip(`mp3/${name}.mp3`);
    expect(packets.length).toBeGreaterThan(10);
    for (const { pos, size } of packets) {
      expect(readMp3FrameHeader(bytes, Number(pos))?.frameBytes).toBe(Number(size));
    }
  },
);
