import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sampleParts } from "../../../src/audio/clip/sample-parts.ts";
import { WHOLE_CLIP } from "../../../src/audio/clip.ts";
import { prepareClip } from "../../../src/audio/prepare.ts";
import { CODECS, inPieces } from "../../../support/decoding/decode-all.ts";
import { readClip } from "../../../support/decoding/fixtures.ts";

describe("samples in parts", () => {
  it("are those that came, in parts of one length and a rest that is never empty", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 16 }),
        (sizes, partSamples) => {
          const parts = sampleParts(partSamples);
          const given: number[] = [];
          const full: number[] = [];
          for (const size of sizes) {
            const piece = Float32Array.from({ length: size }, (_, at) => given.length + at);
            given.push(...piece);
            parts.append(piece);
            for (const part of parts.fullParts()) {
              expect(part).toHaveLength(partSamples);
              full.push(...part);
            }
          }
          const rest = parts.take();
          expect([...full, ...rest]).toEqual(given);
          expect(rest.length > 0).toBe(given.length > 0);
        },
      ),
    );
  });

  it.each(["flac/s16-16000-1.flac", "ogg/opus-48000-2.opus"])(
    "of a clip that is decoded are those of the clip as a whole: %s",
    async (name) => {
      const bytes = await readClip(name);
      const request = {
        selection: WHOLE_CLIP,
        limits: { maxClipSeconds: 30, maxDecodedSeconds: 60 },
        codecs: CODECS,
      };
      const whole = await prepareClip(inPieces(bytes, [997]), request);
      const parts: Float32Array[] = [];
      const spill = {
        partSamples: 1000,
        take: async (part: Float32Array) => void parts.push(part),
      };
      const spilled = await prepareClip(inPieces(bytes, [997]), { ...request, spill });
      expect(parts.length).toBeGreaterThan(3);
      expect([...parts, spilled.samples].flatMap((part) => [...part])).toEqual([...whole.samples]);
      expect(spilled.info).toEqual(whole.info);
    },
  );
});
