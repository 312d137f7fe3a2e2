import { describe, expect, test } from "vitest";
import * as ids from "../../../src/audio/containers/matroska/ids.ts";
import type { UndertoneError } from "../../../src/errors.ts";
import { int16s, joined } from "../../../support/clips/bytes.ts";
import { block, element, makeMatroska, trackEntry } from "../../../support/clips/make-matroska.ts";
import { box, FTYP, movieIndex, soundEntry, track } from "../../../support/clips/make-mp4.ts";
import { oggPage, packetsOf, pagesOf } from "../../../support/clips/make-ogg.ts";
import { readClip } from "../../../support/decoding/fixtures.ts";
import { prepare, refusalOfPreparing } from "../../support/clips/prepared.ts";

/** A file of tracks, each of samples that say which it is; a codec is one that is not read. */
type MakeFile = (...tracks: readonly ("read" | "unread")[]) => Uint8Array;

const SAMPLES = 800;
/** Samples of full scale over 8, 16, 32 … */
const levelOf = (index: number) => 2 ** (12 - index);
const samplesOf = (index: number) => int16s(Array(SAMPLES).fill(levelOf(index)));

const matroska: MakeFile = (...tracks) =>
  makeMatroska(
    [
      trackEntry({ number: 9, type: 1, codecId: "V_VP8" }),
      ...tracks.map((kind, index) =>
        trackEntry({ number: index + 1, codecId: kind === "read" ? "A_PCM/INT/LIT" : "A_AC3" }),
      ),
    ],
    tracks.map((_, index) =>
      element(ids.SIMPLE_BLOCK, block(samplesOf(index), { track: index + 1 })),
    ),
  );

const mp4: MakeFile = (...tracks) => {
  const index = (start: number) =>
    movieIndex(
      track({ handler: "vide" }),
      ...tracks.map((kind, at) =>
        track({
          entry: soundEntry({ format: kind === "read" ? "sowt" : "ac-3" }),
          chunks: [[start + at * SAMPLES * 2, SAMPLES]],
        }),
      ),
    );
  const start = FTYP.length + index(0).length + 8;
  return joined(FTYP, index(start), box("mdat", ...tracks.map((_, at) => samplesOf(at))));
};

describe.each([
  ["Matroska", matroska],
  ["MP4", mp4],
])("%s", (_, make) => {
  const levelUsed = async (file: Uint8Array, asked?: number) => {
    const { info, samples } = await prepare(file, { selection: { track: asked } });
    return { track: info.track, level: Math.round((samples[800] as number) * 2 ** 15) };
  };

  test.each([
    [["read"], undefined, 0],
    [["read", "read"], undefined, 0],
    [["unread", "read"], undefined, 1],
    [["unread", "unread", "read", "read"], undefined, 2],
    [["read", "read"], 1, 1],
    [["unread", "read", "read"], 2, 2],
    [["read"], 0, 0],
  ] as const)("of %j, asked for %j, track %i is used", async (kinds, asked, expected) => {
    const { track: told, level } = await levelUsed(make(...kinds), asked);
    expect(level).toBe(levelOf(expected));
    expect(told).toBe(kinds.length === 1 ? asked : expected);
  });

  test("a track that is not read is refused by name where it is asked for, or no other is there", async () => {
    const one = await refusalOfPreparing(make("unread", "read"), { selection: { track: 0 } });
    const none = await refusalOfPreparing(make("unread", "unread"));
    for (const { slug, message } of [one, none]) {
      expect(slug).toBe("unsupported-codec");
      expect(message).toContain("AC-3");
    }
  });

  test("a track that is not there is refused with how many there are", async () => {
    const refuse = (asked: number, ...kinds: ("read" | "unread")[]) =>
      refusalOfPreparing(make(...kinds), { selection: { track: asked } });
    const { slug, message, extensions } = await refuse(2, "read", "unread");
    expect(slug).toBe("track-out-of-range");
    expect(message).toContain("no audio track 2: it has 2, tracks 0 to 1");
    expect(extensions).toEqual({ tracks: 2 });
    expect((await refuse(1, "read")).message).toContain("it has one, track 0");
    expect((await refuse(0)).slug).toBe("no-audio-track");
  });
});

describe("Ogg", () => {
  const speex = packetsOf(readClip("refused/speex.ogg"));
  const streams = (file: string, serial: number) => {
    const [first, ...rest] = pagesOf(readClip(file)).map((page) => renumbered(page, serial));
    return { first: first as Uint8Array, rest };
  };
  const speexStream = {
    first: oggPage({ packets: speex.slice(0, 1), isFirst: true, serial: 77 }),
    rest: [oggPage({ packets: speex.slice(1), sequence: 1, isLast: true, serial: 77 })],
  };
  const side = (...parts: readonly { first: Uint8Array; rest: readonly Uint8Array[] }[]) =>
    joined(...parts.map(({ first }) => first), ...parts.flatMap(({ rest }) => rest));
  const opus = streams("ogg/opus-24000-1.opus", 1);
  const vorbis = streams("ogg/vorbis-8000-1.ogg", 2);

  test.each([
    ["the first", side(opus, vorbis), undefined, "opus", 0],
    ["the first that is read", side(speexStream, vorbis, opus), undefined, "vorbis", 1],
    ["the one that is asked for", side(opus, vorbis), 1, "vorbis", 1],
  ])("%s stream of sound is used", async (_, file, asked, codec, expected) => {
    const { info } = await prepare(file, { selection: { track: asked } });
    expect(info).toMatchObject({ codec, track: expected, seconds: 1.1, warnings: [] });
  });

  test("a stream that is not there is refused", async () => {
    const { slug, message } = await refusalOfPreparing(side(opus, vorbis), {
      selection: { track: 2 },
    });
    expect(slug).toBe("track-out-of-range");
    expect(message).toContain("tracks 0 to 1");
  });

  test("links without it are left out", async () => {
    const { info } = await prepare(joined(side(opus, vorbis), readClip("ogg/opus-8000-1.opus")), {
      selection: { track: 1 },
    });
    expect(info).toMatchObject({ codec: "vorbis", seconds: 1.1 });
    expect(info.warnings).toMatchObject([{ code: "part-skipped", seconds: 1.1 }]);
  });
});

test.each([
  "wav/s16-16000-1.wav",
  "flac/s16-16000-1.flac",
  "mp3/cbr-32000-1.mp3",
  "adts/aac-16000-1.aac",
  "amr/amr-nb-12k2.amr",
  "aiff/s8-16000-1.aiff",
])("%s has one track", async (file) => {
  const { info } = await prepare(readClip(file), { selection: { track: 0 } });
  expect(info.track).toBe(0);
  const refused: UndertoneError = await refusalOfPreparing(readClip(file), {
    selection: { track: 1 },
  });
  expect(refused.slug).toBe("track-out-of-range");
});

/** The same page in a stream of another serial number. */
function renumbered(page: Uint8Array, serial: number): Uint8Array {
  const view = new DataView(page.buffer, page.byteOffset, page.length);
  const flags = view.getUint8(5);
  return oggPage({
    packets: packetsOf(page),
    serial,
    sequence: view.getUint32(18, true),
    granulePosition: view.getBigInt64(6, true),
    isFirst: (flags & 2) !== 0,
    isLast: (flags & 4) !== 0,
  });
}
