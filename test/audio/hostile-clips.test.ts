import { describe, expect, test } from "vitest";
import { WHOLE_CLIP } from "../../src/audio/clip.ts";
import { prepareClip } from "../../src/audio/prepare.ts";
import { UndertoneError } from "../../src/errors.ts";
import { silentFlac } from "../../support/clips/hostile/frames.ts";
import { HOSTILE_CLIPS } from "../../support/clips/hostile/index.ts";
import { CODECS, inPieces } from "../../support/decoding/decode-all.ts";

/** Enough of each for its effect. */
const MOST_BYTES = 4_000_000;
const TIMEOUT_MS = 300_000;

async function outcomeOf(bytes: Uint8Array, pieceBytes: number) {
  try {
    const { info } = await prepareClip(inPieces(bytes, [pieceBytes]), {
      selection: WHOLE_CLIP,
      limits: { maxClipSeconds: 30, maxDecodedSeconds: 300 },
      codecs: CODECS,
    });
    return { slug: null, seconds: info.seconds };
  } catch (error) {
    if (!(error instanceof UndertoneError)) throw error;
    const { slug, message, extensions } = error;
    return { slug, message, extensions: { ...extensions, processorMs: null } };
  }
}

describe("a clip that is made to cost more than it is worth", () => {
  test.each(HOSTILE_CLIPS)(
    "is told: $name",
    { timeout: TIMEOUT_MS },
    async ({ make, slug, attackBytes }) => {
      const bytes = make(Math.min(attackBytes, MOST_BYTES));
      const outcome = await outcomeOf(bytes, 65_536);
      expect(outcome.slug).toBe(slug);
      if (slug === null) return;
      // At the same place, and in the same words, whatever pieces it comes in.
      expect(await outcomeOf(bytes, bytes.length)).toEqual(outcome);
      expect(await outcomeOf(bytes, 1_001)).toEqual(outcome);
    },
  );

  test("is refused in a sentence that says what was found, and early", async () => {
    const voids = HOSTILE_CLIPS.find(({ name }) => name === "Matroska of Voids");
    const outcome = await outcomeOf(voids?.make(MOST_BYTES) as Uint8Array, 65_536);
    expect(outcome).toMatchObject({
      slug: "clip-too-costly",
      message: expect.stringMatching(
        /its first \d+ bytes took 5\d{4} steps to read, and held 0 s of sound/,
      ),
      extensions: { seconds: 0, samples: 0 },
    });
    expect(outcome.extensions).toHaveProperty(
      "takenBytes",
      expect.toSatisfy((n) => n < 60_000),
    );
  });
});

describe("silence that is as small as honest encoders make it is read", () => {
  test.each([
    { sampleRateHz: 48_000, channels: 2, blockFrames: 4_096, seconds: 29 },
    { sampleRateHz: 96_000, channels: 8, blockFrames: 16_384, seconds: 29 },
    { sampleRateHz: 8_000, channels: 1, blockFrames: 65_535, seconds: 29 },
    { sampleRateHz: 8_000, channels: 1, blockFrames: 192, seconds: 29 },
  ])("FLAC of $sampleRateHz Hz, $channels channels, in blocks of $blockFrames", async (silence) => {
    const frames = Math.floor((silence.seconds * silence.sampleRateHz) / silence.blockFrames);
    const outcome = await outcomeOf(silentFlac(silence, frames), 65_536);
    const seconds = (frames * silence.blockFrames) / silence.sampleRateHz;
    expect(outcome).toEqual({ slug: null, seconds: expect.closeTo(seconds, 6) });
  });
});
