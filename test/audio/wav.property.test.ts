import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DecodedClip } from "../../src/audio/clip.ts";
import { decodeWav } from "../../src/audio/wav.ts";
import { UndertoneError } from "../../src/errors.ts";
import { formatChunk, makeRiff, makeWav, type WavContent } from "./make-wav.ts";

const LIMITS = { maxClipSeconds: 60 };
const SCALES = { s16: 2 ** 15, s24: 2 ** 23, s32: 2 ** 31 };

const FULL_SCALE = { min: -1, max: 1, noNaN: true };

const contents: fc.Arbitrary<WavContent> = fc
  .record({
    sampleRateHz: fc.integer({ min: 4_000, max: 384_000 }),
    channelCount: fc.integer({ min: 1, max: 32 }),
    frames: fc.integer({ min: 1, max: 40 }),
    format: fc.constantFrom("s16", "s24", "s32", "f32"),
    extensible: fc.boolean(),
  })
  .chain(({ channelCount, frames, ...rest }) =>
    fc
      .array(fc.float32Array({ ...FULL_SCALE, minLength: frames, maxLength: frames }), {
        minLength: channelCount,
        maxLength: channelCount,
      })
      .map((channels) => ({ ...rest, channels })),
  );

describe("whatever is written is read back", () => {
  test("in every format and channel count", () => {
    fc.assert(
      fc.property(contents, (content) => {
        const { info, channels } = decodeWav(makeWav(content), LIMITS);
        expect(info.sampleRateHz).toBe(content.sampleRateHz);
        expect(channels).toEqual(
          content.channels.map((samples) => stored(samples, content.format)),
        );
      }),
    );
  });
});

describe("whatever is sent is a clip or a named refusal", () => {
  test("any bytes after a RIFF/WAVE header", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.uint8Array({ minLength: 4, maxLength: 4 }),
        (rest, size) => {
          const bytes = Uint8Array.of(...makeRiff([]), ...rest);
          bytes.set(size, 4);
          expectClipOrRefusal(bytes);
        },
      ),
    );
  });

  test("any chunks in any order", () => {
    const format = contents.map((content) => ({ id: "fmt ", bytes: formatChunk(content) }));
    const other = fc.record({
      id: fc.constantFrom("data", "fmt ", "LIST", "fact"),
      bytes: fc.uint8Array({ maxLength: 60 }),
    });
    fc.assert(
      fc.property(fc.array(fc.oneof(format, other), { maxLength: 6 }), (chunks) => {
        expectClipOrRefusal(makeRiff(chunks));
      }),
    );
  });

  test("a file cut by more than its pad byte is refused as cut", () => {
    fc.assert(
      fc.property(
        contents,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (content, part) => {
          const whole = makeWav(content);
          const cut = whole.subarray(0, Math.floor((whole.length - 1) * part));
          expect(expectClipOrRefusal(cut)).toMatchObject({ slug: "clip-truncated" });
        },
      ),
    );
  });

  test("a file with any bits flipped", () => {
    const flips = fc.array(fc.nat({ max: 120 * 8 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(contents, flips, (content, bits) => {
        const bytes = makeWav(content);
        for (const bit of bits) {
          const index = Math.floor(bit / 8) % bytes.length;
          bytes[index] = (bytes[index] as number) ^ (1 << (bit % 8));
        }
        expectClipOrRefusal(bytes);
      }),
      { numRuns: 500 },
    );
  });
});

function expectClipOrRefusal(bytes: Uint8Array): DecodedClip | UndertoneError {
  try {
    const clip = decodeWav(bytes, LIMITS);
    expect(clip.channels).toHaveLength(clip.info.channels);
    for (const samples of clip.channels) expect(samples.every(Number.isFinite)).toBe(true);
    return clip;
  } catch (error) {
    if (error instanceof UndertoneError) return error;
    throw error;
  }
}

/** Samples after rounding to a format's steps; integers have no -0. */
function stored(samples: Float32Array, format: WavContent["format"]): Float32Array {
  if (format === "f32") return samples;
  const scale = SCALES[format];
  return samples.map((sample) => (Math.min(scale - 1, Math.round(sample * scale)) + 0) / scale);
}
