import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  declaredSeconds,
  requireDeclaredFits,
} from "../../../src/audio/budget/declared-seconds.ts";
import { WHOLE_CLIP } from "../../../src/audio/clip.ts";
import { makeWav } from "../../../support/clips/make-wav.ts";
import { READ_CLIPS, REFUSED_CLIPS } from "../../doors/clips.ts";

/** Containers whose header counts the samples, where it comes first and the count is not a placeholder. */
const TELLING = ["wav", "aiff", "sphere", "flac", "mp4"];

/** A header declares what a damaged clip had when it was whole. */
const WHOLE_CLIPS = READ_CLIPS.filter(
  ({ warnings }) => !warnings.includes("truncated") && !warnings.includes("part-skipped"),
);

const whole = (bytes: Uint8Array) => ({ start: bytes, bytes: bytes.length });

describe("the seconds that a header declares", () => {
  it.each(WHOLE_CLIPS)("are never more than what is decoded: $name", async (clip) => {
    const seconds = (await declaredSeconds(whole(await clip.bytes()))) ?? 0;
    expect(seconds).toBeLessThanOrEqual(clip.seconds + clip.toleranceSeconds + 1e-9);
  });

  it.each(TELLING)("are told of most clips in %s", async (container) => {
    const clips = READ_CLIPS.filter((clip) => clip.container === container);
    const told = await Promise.all(
      clips.map(async (clip) => {
        const seconds = await declaredSeconds(whole(await clip.bytes()));
        return seconds !== null && seconds > clip.seconds - 0.2;
      }),
    );
    expect(told.filter(Boolean).length).toBeGreaterThan(clips.length / 2);
  });

  it.each(REFUSED_CLIPS.filter(({ refusal }) => refusal.slug !== "clip-too-long"))(
    "do not change why a clip is refused: $name",
    async (clip) => {
      const limits = { maxClipSeconds: 30, maxDecodedSeconds: 300 };
      await requireDeclaredFits(whole(await clip.bytes()), WHOLE_CLIP, limits);
    },
  );

  it.each(REFUSED_CLIPS)("are no reason to fail of what is no clip: $name", async (clip) => {
    const seconds = await declaredSeconds(whole(await clip.bytes()));
    expect(seconds === null || seconds >= -0.1).toBe(true);
  });

  it("of a WAV file are those that its bytes have room for", async () => {
    const wav = minuteOfSilence();
    expect(await declaredSeconds(whole(wav))).toBe(60);
    expect(await declaredSeconds(whole(wav.subarray(0, 44 + 2 * 16_000 * 10)))).toBe(10);
    const streamed = wav.slice();
    new DataView(streamed.buffer).setUint32(40, 0xffffffff, true);
    expect(await declaredSeconds(whole(streamed))).toBeNull();
  });

  it("need only the first bytes", async () => {
    const wav = minuteOfSilence();
    expect(await declaredSeconds({ start: wav.subarray(0, 100), bytes: wav.length })).toBe(60);
  });

  it("are found out of any bytes without failing", async () => {
    const clips = await Promise.all(READ_CLIPS.map((clip) => clip.bytes()));
    const damage = fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 0, max: 255 }));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...clips),
        fc.array(damage, { minLength: 1, maxLength: 8 }),
        fc.nat(),
        async (clip, damages, length) => {
          const bytes = clip.slice(0, 1 + (length % clip.length));
          for (const [, at, value] of damages) bytes[at % Math.min(bytes.length, 4096)] = value;
          await declaredSeconds(whole(bytes));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("a clip that declares too much", () => {
  const limits = { maxClipSeconds: 30, maxDecodedSeconds: 50 };
  const fits = (selection: object = {}) =>
    requireDeclaredFits(whole(minuteOfSilence()), { ...WHOLE_CLIP, ...selection }, limits);

  it("is refused unless a part is asked for that is short enough", async () => {
    await expect(fits()).rejects.toMatchObject({ slug: "clip-too-long" });
    await expect(fits({ startSeconds: 5 })).rejects.toMatchObject({ slug: "clip-too-long" });
    await expect(fits({ startSeconds: 5, endSeconds: 35 })).resolves.toBeUndefined();
    await expect(fits({ startSeconds: 5, endSeconds: 35.5 })).rejects.toThrow("30 s");
  });

  it("is refused if the part lies further in than is decoded", async () => {
    const part = fits({ startSeconds: 40, endSeconds: 60 });
    await expect(part).rejects.toThrow(/first 50 s/);
  });
});

function minuteOfSilence(): Uint8Array<ArrayBuffer> {
  const channels = [new Float32Array(60 * 16_000)];
  return makeWav({ sampleRateHz: 16_000, channels, format: "s16" });
}
