import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UndertoneError } from "../../../../src/errors.ts";
import {
  concatenate,
  formatChunk,
  makeRiff,
  makeWav,
  type WavContent,
} from "../../../../support/clips/make-wav.ts";
import {
  type Decoded,
  decodeAll,
  decodedOrRefused,
  pieceSizes,
} from "../../../../support/decoding/decode-all.ts";

const SCALES = { u8: 2 ** 7, s16: 2 ** 15, s24: 2 ** 23, s32: 2 ** 31 };
const FULL_SCALE = { min: -1, max: 1, noNaN: true };

const contents: fc.Arbitrary<WavContent> = fc
  .record({
    sampleRateHz: fc.integer({ min: 4_000, max: 384_000 }),
    channelCount: fc.integer({ min: 1, max: 32 }),
    frames: fc.integer({ min: 1, max: 40 }),
    format: fc.constantFrom("u8", "s16", "s24", "s32", "f32", "f64"),
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
  test("in every format and channel count, in whatever pieces it arrives", async () => {
    await fc.assert(
      fc.asyncProperty(contents, pieceSizes, async (content, pieces) => {
        const { description, channels, damaged } = await decodeAll(makeWav(content), { pieces });
        expect(description.sampleRateHz).toBe(content.sampleRateHz);
        expect(channels).toEqual(
          content.channels.map((samples) => stored(samples, content.format)),
        );
        expect(damaged).toBe(false);
      }),
    );
  });

  test("in pieces, also where it is longer than any of them", async () => {
    const samples = Float32Array.from({ length: 150_000 }, (_, index) => Math.sin(index / 9));
    const content = { sampleRateHz: 48_000, channels: [samples, samples], format: "s24" } as const;
    const bytes = makeWav(content);
    const whole = await decodeAll(bytes);
    expect(whole.channels[0]).toEqual(stored(samples, "s24"));
    await fc.assert(
      fc.asyncProperty(pieceSizes, async (pieces) => {
        expect((await decodeAll(bytes, { pieces })).channels).toEqual(whole.channels);
      }),
      { numRuns: 10 },
    );
  });
});

describe("whatever the header gets wrong of what follows from the rest", () => {
  const AT = { riffBytes: 4, bytesPerSecond: 28, frameBytes: 32 };
  const size = fc.integer({ min: 0, max: 0xffffffff });
  const fields = fc.record({
    riffBytes: size,
    bytesPerSecond: size,
    frameBytes: fc.integer({ min: 0, max: 0xffff }),
  });
  const withFields = (content: WavContent, { riffBytes, bytesPerSecond, frameBytes }: Fields) => {
    const bytes = makeWav(content);
    const view = new DataView(bytes.buffer);
    if (riffBytes !== undefined) view.setUint32(AT.riffBytes, riffBytes, true);
    view.setUint32(AT.bytesPerSecond, bytesPerSecond, true);
    // Samples of 24 bits in frames of that size may have four bytes.
    const mayBePadded = content.format === "s24" && frameBytes === 4 * content.channels.length;
    if (!mayBePadded) view.setUint16(AT.frameBytes, frameBytes, true);
    return bytes;
  };
  type Fields = { riffBytes?: number; bytesPerSecond: number; frameBytes: number };

  test("RIFF size, byte rate and frame size: no sample changes, and nothing is called damaged", async () => {
    await fc.assert(
      fc.asyncProperty(contents, fields, pieceSizes, async (content, fields, pieces) => {
        const whole = await decodeAll(makeWav(content));
        expect(await decodeAll(withFields(content, fields), { pieces })).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });

  test("a data size that is too large, under a RIFF size that is right or up to 36 too small", async () => {
    const surplus = fc.integer({ min: 1, max: 0xffffffff });
    const missing = fc.constantFrom(0, 4, 8, 16, 36);
    await fc.assert(
      fc.asyncProperty(contents, surplus, missing, async (content, surplus, missing) => {
        // Frames longer than what the RIFF size lacks, so that it reaches beyond the header.
        const [first] = content.channels as [Float32Array];
        const channels = content.channels.map(() => new Float32Array(40).fill(first[0] as number));
        const bytes = makeWav({ ...content, channels });
        const whole = await decodeAll(bytes);
        const view = new DataView(bytes.buffer);
        const dataAt = content.extensible ? 64 : 40;
        const dataBytes = view.getUint32(dataAt, true);
        view.setUint32(dataAt, Math.min(0xffffffff, dataBytes + surplus), true);
        view.setUint32(4, bytes.length - 8 - missing, true);
        expect(await decodeAll(bytes)).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });

  test("and any bytes behind the file change no sample", async () => {
    await fc.assert(
      fc.asyncProperty(contents, fc.uint8Array({ maxLength: 60 }), async (content, rest) => {
        const bytes = makeWav(content);
        const { channels } = await decodeAll(concatenate([bytes, rest]));
        expect(channels).toEqual((await decodeAll(bytes)).channels);
      }),
    );
  });
});

describe("whatever is sent is a clip or a named refusal", () => {
  test("any bytes after a RIFF/WAVE header", async () => {
    const size = fc.uint8Array({ minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), size, async (rest, size) => {
        const bytes = Uint8Array.of(...makeRiff([]), ...rest);
        bytes.set(size, 4);
        await decodedOrRefused(bytes);
      }),
    );
  });

  test("any chunks in any order", async () => {
    const format = contents.map((content) => ({ id: "fmt ", bytes: formatChunk(content) }));
    const other = fc.record({
      id: fc.constantFrom("data", "fmt ", "LIST", "fact"),
      bytes: fc.uint8Array({ maxLength: 60 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(format, other), { maxLength: 6 }), async (chunks) => {
        await decodedOrRefused(makeRiff(chunks));
      }),
    );
  });

  test("a file cut by more than its pad byte: what is there, said to be damaged, or a refusal", async () => {
    const part = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    await fc.assert(
      fc.asyncProperty(contents, part, pieceSizes, async (content, part, pieces) => {
        const whole = makeWav(content);
        const cut = whole.subarray(0, Math.floor((whole.length - 1) * part));
        const outcome = await decodedOrRefused(cut, { pieces });
        if (outcome instanceof UndertoneError) {
          expect(["empty-body", "not-audio", "clip-truncated"]).toContain(outcome.slug);
        } else {
          expect(outcome.damaged).toBe(true);
          await expectPrefix(outcome, whole);
        }
      }),
    );
  });

  test("a file with any bits flipped", async () => {
    const flips = fc.array(fc.nat({ max: 120 * 8 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(contents, flips, async (content, bits) => {
        const bytes = makeWav(content);
        for (const bit of bits) {
          const index = Math.floor(bit / 8) % bytes.length;
          bytes[index] = (bytes[index] as number) ^ (1 << (bit % 8));
        }
        await decodedOrRefused(bytes);
      }),
      { numRuns: 500 },
    );
  });
});

async function expectPrefix({ channels }: Decoded, whole: Uint8Array): Promise<void> {
  const frames = channels[0]?.length ?? 0;
  const expected = (await decodeAll(whole)).channels;
  expect(channels).toEqual(expected.map((samples) => samples.slice(0, frames)));
}

/** Samples after rounding to a format's steps; integers have no -0. */
function stored(samples: Float32Array, format: WavContent["format"]): Float32Array {
  if (format === "f32" || format === "f64") return samples;
  const scale = SCALES[format];
  return samples.map((sample) => (Math.min(scale - 1, Math.round(sample * scale)) + 0) / scale);
}
