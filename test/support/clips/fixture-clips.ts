/** Clips of test/fixtures/clips/bit-exact that ffmpeg has decoded, and a check that we decode them to the same bits. */
import { expect } from "vitest";
import type { Decoded } from "../../../support/decoding/decode-all.ts";
import { readFloats } from "../../../support/decoding/fixtures.ts";

/** Expects what ffmpeg made of the clip at `path`, without its ending, bit for bit. */
export function expectFfmpegsSamples({ channels }: Decoded, path: string): void {
  const expected = readFloats(`${path}.f32le`);
  expect(Buffer.from(interleaved(channels).buffer)).toEqual(Buffer.from(expected.buffer));
}

function interleaved(channels: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const frames = channels[0]?.length ?? 0;
  return Float32Array.from(
    { length: frames * channels.length },
    (_, index) => channels[index % channels.length]?.[Math.floor(index / channels.length)] ?? 0,
  );
}
