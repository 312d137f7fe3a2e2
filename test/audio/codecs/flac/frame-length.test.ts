import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readFlacFrameHeader } from "../../../../src/audio/codecs/flac/frame-header.ts";
import { measureFlacFrame } from "../../../../src/audio/codecs/flac/frame-length.ts";
import { readStreamInfo } from "../../../../src/audio/codecs/flac/stream-info.ts";
import { flacFrame } from "../../../../support/clips/make-flac.ts";
import { needsPrograms, outputOf } from "../../../../support/programs.ts";

const CLIPS = join(import.meta.dirname, "../../../fixtures/clips");
const STREAM_INFO_OFFSET = 8;

/** ffmpeg's encoder makes all kinds of subframes of these. */
const ENCODED: readonly (readonly [name: string, input: readonly string[]])[] = [
  ["speech of 16 bits", ["-i", join(CLIPS, "wav/s16-44100-2.wav")]],
  ["speech of 24 bits", ["-i", join(CLIPS, "wav/s24-48000-2.wav")]],
  ["six channels", ["-i", join(CLIPS, "wav/s16-48000-6.wav"), "-lpc_type", "cholesky"]],
  ["fixed predictors", ["-i", join(CLIPS, "wav/s16-44100-2.wav"), "-lpc_type", "fixed"]],
  ["silence", ["-f", "lavfi", "-i", "anullsrc=r=16000:d=1"]],
  ["noise", ["-f", "lavfi", "-i", "anoisesrc=d=0.3:a=1", "-sample_fmt", "s16"]],
  ["a thousand frames", ["-f", "lavfi", "-i", "sine=r=16000:d=1", "-frame_size", "16"]],
  ["8 bits in 16", ["-i", join(CLIPS, "wav/u8-8000-1.wav"), "-frame_size", "777"]],
];

describe("a frame is as long as ffmpeg's parser finds it, and has its number", () => {
  test.for(ENCODED)("of %s", ([, input], context) => {
    needsPrograms(context, "ffmpeg", "ffprobe");
    const encoded = outputOf("ffmpeg", ["-v", "error", ...input, "-f", "flac", "-"]);
    const info = readStreamInfo(encoded.subarray(STREAM_INFO_OFFSET));
    const packets = packetsOf(encoded);
    expect(packets.length).toBeGreaterThan(1);
    for (const [index, { pos, size }] of packets.entries()) {
      const bytes = encoded.subarray(Number(pos));
      const header = readFlacFrameHeader(bytes, 0);
      if (header === null) throw new Error("not a header");
      expect(header.number).toBe(index);
      expect(measureFlacFrame(bytes, header, info.bitsPerSample)).toBe(Number(size));
      const cut = bytes.subarray(0, Number(size) - 1);
      expect(measureFlacFrame(cut, header, info.bitsPerSample)).toBe("cut");
    }
  });
});

test("bytes that are no subframes are broken, or cut", () => {
  const frame = flacFrame([1, 2, 3, 4, 5], 16);
  const header = readFlacFrameHeader(frame, 0);
  if (header === null) throw new Error("not a header");
  expect(measureFlacFrame(frame, header, 16)).toBe(frame.length);
  expect(measureFlacFrame(frame.fill(0xff, header.headerBytes), header, 16)).toBe("broken");
  expect(measureFlacFrame(frame.subarray(0, header.headerBytes), header, 16)).toBe("cut");
});

function packetsOf(encoded: Uint8Array): { pos: string; size: string }[] {
  const options = ["-v", "error", "-show_entries", "packet=pos,size", "-of", "json", "-"];
  const answer = new TextDecoder().decode(outputOf("ffprobe", options, encoded));
  return (JSON.parse(answer) as { packets: { pos: string; size: string }[] }).packets;
}
