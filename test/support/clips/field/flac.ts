/** FLAC files with tags, zeros and other files around them, and with frames that are damaged. */
import { joined, text } from "../../../../support/clips/bytes.ts";
import { makeFlac } from "../../../../support/clips/make-flac.ts";
import { apeTag, id3Tag, id3v1Tag } from "../../../../support/clips/make-tags.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";
import type { FieldClip } from "./field-clip.ts";

type Bytes = Uint8Array<ArrayBuffer>;

interface FlacSource {
  readonly file: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly seconds: number;
}

const VOICE = { file: "s16-16000-1", sampleRateHz: 16_000, channels: 1, seconds: 1.1 };
const SOURCES: readonly FlacSource[] = [
  VOICE,
  { file: "s16-44100-2", sampleRateHz: 44_100, channels: 2, seconds: 0.16 },
  { file: "s24-48000-2", sampleRateHz: 48_000, channels: 2, seconds: 0.16 },
  { file: "s16-48000-6", sampleRateHz: 48_000, channels: 6, seconds: 0.16 },
  { file: "s24-96000-2", sampleRateHz: 96_000, channels: 2, seconds: 0.16 },
  { file: "unknown-length-44100-2", sampleRateHz: 44_100, channels: 2, seconds: 0.16 },
];

const AROUND: readonly (readonly [what: string, make: (file: Bytes) => Bytes])[] = [
  ["an APE tag at its end", (file) => joined(file, apeTag(300))],
  ["an APE tag without a header at its end", (file) => joined(file, apeTag(300, false))],
  ["an ID3v1 tag at its end", (file) => joined(file, id3v1Tag())],
  ["an ID3v2 tag at its end", (file) => joined(file, id3Tag(500))],
  ["zeros at its end", (file) => joined(file, new Uint8Array(5_000))],
  ["a line feed at its end", (file) => joined(file, text("\n"))],
  ["an ID3v2 tag before it", (file) => joined(id3Tag(500), file)],
  [
    "an APE tag before it and an ID3v1 tag at its end",
    (file) => joined(apeTag(9), file, id3v1Tag()),
  ],
  ["APE and ID3v1 tags at its end", (file) => joined(file, apeTag(9), id3v1Tag())],
  ["erased memory at its end", (file) => joined(file, new Uint8Array(600).fill(0xff))],
];

const FRAME_SAMPLES = 1_152;

export const FLAC_CLIPS: readonly FieldClip[] = [
  ...AROUND.map(([what, make], index) => {
    const source = SOURCES[index % SOURCES.length] as FlacSource;
    return clipOf(what, source, make, { clean: async () => clean(source) });
  }),
  clipOf("something else behind all samples", VOICE, (file) =>
    joined(file, new Uint8Array(700).fill(0x81)),
  ),
  clipOf("two joined", VOICE, (file) => joined(file, file), { seconds: 2.2 }),
  clipOf(
    "joined with 96 kHz × 2 and 48 kHz × 6, tags between",
    VOICE,
    (file) =>
      joined(
        file,
        apeTag(9),
        clean(SOURCES[4] as FlacSource),
        id3Tag(50),
        clean(SOURCES[3] as FlacSource),
      ),
    { seconds: 1.1 + 2 * 0.16 },
  ),
  clipOf("a frame damaged", VOICE, (file) => file.fill(0x55, 9_000, 9_020), {
    seconds: 1.1 - FRAME_SAMPLES / 16_000,
    warnings: ["part-skipped"],
  }),
  clipOf("ends in the middle of a frame", VOICE, (file) => file.subarray(0, -50), {
    // 15 whole frames of 1,152 samples: ffmpeg.
    seconds: (15 * FRAME_SAMPLES) / 16_000,
    warnings: ["truncated"],
  }),
  oneFrame("an APE tag", apeTag(60)),
  oneFrame("an ID3v2 tag", id3Tag(60)),
  oneFrame("200 zeros", new Uint8Array(200)),
];

function clean({ file }: FlacSource): Bytes {
  return readClip(`flac/${file}.flac`);
}

function clipOf(
  what: string,
  source: FlacSource,
  make: (file: Bytes) => Bytes,
  different: Partial<FieldClip> = {},
): FieldClip {
  const { sampleRateHz, channels, seconds } = source;
  return {
    name: `flac: ${what}, ${sampleRateHz / 1_000} kHz × ${channels}`,
    make: async () => make(clean(source)),
    ...{ extension: "flac", container: "flac", codec: "flac" },
    ...{ sampleRateHz, channels, seconds, toleranceSeconds: 0, warnings: [] },
    ...different,
  };
}

/** A file of one frame of 4,000 samples. */
function oneFrame(what: string, behind: Bytes): FieldClip {
  const samples = Array.from({ length: 4_000 }, (_, at) => Math.round(9_000 * Math.sin(at / 7)));
  const file = () => makeFlac({ frames: [samples], bitsPerSample: 16, sampleRateHz: 8_000 });
  return {
    name: `flac: one frame and ${what}, 8 kHz × 1`,
    make: async () => joined(file(), behind),
    clean: async () => file(),
    ...{ extension: "flac", container: "flac", codec: "flac", sampleRateHz: 8_000, channels: 1 },
    ...{ seconds: 0.5, toleranceSeconds: 0, warnings: [] },
  };
}
