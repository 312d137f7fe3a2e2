import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { byteSource } from "../../../../src/audio/bytes/source.ts";
import { ADTS_FRAMES } from "../../../../src/audio/containers/adts/decode.ts";
import { mp3Frames } from "../../../../src/audio/containers/mp3/frames.ts";
import { type Frame, readFrames } from "../../../../src/audio/containers/streams/frames.ts";
import { adtsFramesOf } from "../../../../support/clips/adts-frames.ts";
import { joined } from "../../../../support/clips/bytes.ts";
import { flacFrame, makeFlac } from "../../../../support/clips/make-flac.ts";
import {
  apeTag,
  hlsTag,
  id3Tag,
  id3v1Tag,
  lyricsTag,
} from "../../../../support/clips/make-tags.ts";
import { mp3FramesOf } from "../../../../support/clips/mp3-frames.ts";
import { decodeAll, inPieces, pieceSizes } from "../../../../support/decoding/decode-all.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What may stand between frames, and whether it is told of. */
interface Between {
  readonly bytes: Bytes;
  readonly isOther: boolean;
}

const tag: fc.Arbitrary<Between> = fc
  .oneof(
    fc.nat({ max: 9_000 }).map((size) => id3Tag(size)),
    fc.nat({ max: 900 }).map((size) => apeTag(size)),
    fc.constantFrom(hlsTag(), id3v1Tag(), joined(lyricsTag(), id3v1Tag())),
    fc.integer({ min: 4, max: 9_000 }).map((size) => new Uint8Array(size)),
  )
  .map((bytes) => ({ bytes, isOther: false }));
/** Nothing that may be taken for padding or for a header. */
const other: fc.Arbitrary<Between> = fc
  .array(fc.integer({ min: 1, max: 0xfe }), { minLength: 1, maxLength: 3_000 })
  .map((bytes) => ({ bytes: Uint8Array.from(bytes), isOther: true }));
const between = fc.array(fc.tuple(fc.nat({ max: 40 }), fc.oneof(tag, other)), { maxLength: 5 });

/** Each frame behind what was put before it; at least two are together, since one alone is told by nothing. */
function withBetween(
  frames: readonly Uint8Array[],
  places: readonly (readonly [number, Between])[],
) {
  const inserted = new Map(
    places.map(([at, put]) => [3 + 2 * (at % Math.floor((frames.length - 4) / 2)), put]),
  );
  const parts = frames.flatMap((frame, at) => [inserted.get(at)?.bytes ?? [], frame]);
  const gaps = frames.map((_, at) => inserted.get(at)?.isOther ?? false);
  return { file: joined(...parts), gaps };
}

const STREAMS = [
  ["MP3", mp3FramesOf(readClip("mp3/vbr-44100-2.mp3")), mp3Frames],
  ["MPEG 2.5", mp3FramesOf(readClip("mp3/mpeg25-8000-1.mp3")), mp3Frames],
  ["ADTS", adtsFramesOf(readClip("adts/aac-16000-1.aac")), () => ADTS_FRAMES],
] as const;

describe.each(STREAMS)("%s frames", (_, frames, syntax) => {
  test("are all found, whatever stands between them and in whatever pieces it comes", async () => {
    await fc.assert(
      fc.asyncProperty(between, pieceSizes, async (places, pieces) => {
        const { file, gaps } = withBetween(frames, places);
        const source = byteSource(inPieces(file, pieces));
        const found: Frame<{ readonly frameBytes: number }>[] = [];
        for await (const frame of readFrames(source, syntax() as ReturnType<typeof mp3Frames>)) {
          found.push({ ...frame, bytes: frame.bytes.slice() });
        }
        expect(found.map(({ bytes }) => Buffer.from(bytes).toString("hex"))).toEqual(
          frames.map((frame) => Buffer.from(frame).toString("hex")),
        );
        expect(found.map(({ isBehindGap }) => isBehindGap)).toEqual(gaps);
      }),
      { numRuns: 150 },
    );
  });
});

describe("FLAC frames", () => {
  const samples = (number: number) =>
    Array.from({ length: 64 }, (_, at) => ((at * 31 + number * 977) % 4_001) - 2_000);
  const frames = Array.from({ length: 20 }, (_, number) => flacFrame(samples(number), 16, number));
  const header = makeFlac({ frames: [], bitsPerSample: 16 });

  test("are all found, whatever stands between them and in whatever pieces it comes", async () => {
    const whole = await decodeAll(joined(header, ...frames));
    await fc.assert(
      fc.asyncProperty(between, pieceSizes, async (places, pieces) => {
        const { file, gaps } = withBetween(frames, places);
        const { channels, damaged, noticed } = await decodeAll(joined(header, file), { pieces });
        expect(channels).toEqual(whole.channels);
        expect(noticed).toEqual(gaps.filter((isGap) => isGap).map(() => "part-skipped"));
        expect(damaged).toBe(false);
      }),
      { numRuns: 150 },
    );
  });
});
