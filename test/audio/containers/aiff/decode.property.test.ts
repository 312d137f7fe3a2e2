import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UndertoneError } from "../../../../src/errors.ts";
import { type AiffContent, makeAiff, RATES_80 } from "../../../../support/clips/make-aiff.ts";
import { decodedOrRefused, pieceSizes } from "../../../../support/decoding/decode-all.ts";

describe("any AIFF file", () => {
  const contents: fc.Arbitrary<AiffContent> = fc.record({
    compressionType: fc.constantFrom("NONE", "sowt", "fl32", "ulaw"),
    channels: fc.integer({ min: 1, max: 32 }),
    frames: fc.nat(50),
    sampleBits: fc.constantFrom(8, 16, 24, 32),
    sampleRate: fc.constantFrom(...Object.values(RATES_80)),
    data: fc.uint8Array({ minLength: 256, maxLength: 3000 }),
  });

  test("the pieces that a file arrives in change no sample", async () => {
    await fc.assert(
      fc.asyncProperty(contents, pieceSizes, async (content, pieces) => {
        const bytes = makeAiff(content);
        expect(await decodedOrRefused(bytes, { pieces })).toEqual(await decodedOrRefused(bytes));
      }),
    );
  });

  test("a file cut or with bits flipped is a clip or a named refusal", async () => {
    const flips = fc.array(fc.nat(100 * 8), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(contents, flips, fc.nat(3000), async (content, bits, length) => {
        const bytes = makeAiff(content).slice(0, length);
        for (const bit of bits) {
          const index = (bit >> 3) % bytes.length;
          bytes[index] = (bytes[index] as number) ^ (1 << (bit % 8));
        }
        const outcome = await decodedOrRefused(bytes);
        if (!(outcome instanceof UndertoneError))
          expect(outcome.channels.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});
