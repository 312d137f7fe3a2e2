/** What happens to streams of frames in the field, MP3 and ADTS alike: cut, joined, tagged, padded, damaged. */
import { joined, text } from "../../../../support/clips/bytes.ts";
import {
  apeTag,
  hlsTag,
  id3Tag,
  id3v1Tag,
  lyricsTag,
} from "../../../../support/clips/make-tags.ts";
import type { FieldClip } from "./field-clip.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type Frames = readonly Uint8Array[];

/** A stream to make odd clips of. */
export interface FrameSource {
  /** Such as `44.1 kHz × 2`. */
  readonly name: string;
  readonly container: string;
  readonly codec: string;
  readonly extension: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly frameSamples: number;
  /** Frames with sound, in order. */
  frames(): Frames;
}

/** A kind of oddness. */
export interface FrameKind {
  readonly what: string;
  make(frames: Frames): Bytes;
  /** Which of the frames are heard; if nothing is said of them, all. */
  heard?(frames: Frames): Frames;
  /** Whether every sample is that of a file of the frames that are heard. */
  readonly isClean: boolean;
  readonly warnings: readonly string[];
}

const PICTURE_BYTES = 140_000;
const MIDDLE = 9;

/** Kinds after which every sample is as it was. */
const CLEAN: readonly Omit<FrameKind, "isClean" | "warnings">[] = [
  begin("begins at the second byte of a frame", (first) => joined(first.subarray(1))),
  begin("begins in the middle of a frame", (first) => joined(first.subarray(first.length >> 1))),
  begin("begins with the last byte of a frame", (first) => joined(first.subarray(-1))),
  before("777 zeros", new Uint8Array(777)),
  before("a line feed", text("\n")),
  before("an APE tag", apeTag(200)),
  before("a line feed and a picture of 140 kB", joined(text("\n"), id3Tag(PICTURE_BYTES))),
  before("two ID3 tags", joined(id3Tag(50), id3Tag(3_000))),
  before("an ID3v1 tag", id3v1Tag()),
  before("the headers of a stream", text("ICY 200 OK\r\nicy-name:A\r\nicy-br:64\r\n\r\n")),
  before("2 kB of text", text("a line of a listing\n".repeat(100))),
  {
    what: "HLS tags before every segment",
    make: (frames) =>
      joined(...frames.flatMap((frame, at) => (at % 5 === 0 ? [hlsTag(), frame] : [frame]))),
  },
  between("a picture of 140 kB", id3Tag(PICTURE_BYTES)),
  between("ID3v1 and ID3v2 tags", joined(id3v1Tag(), id3Tag(300))),
  between("an APE tag, an ID3v1 tag and zeros", joined(apeTag(60), id3v1Tag(), new Uint8Array(60))),
  between("4 kB of zeros", new Uint8Array(4_096)),
  behind("an APE tag", apeTag(300)),
  behind("an APE tag without a header", apeTag(300, false)),
  behind("an ID3v1 tag", id3v1Tag()),
  behind("an ID3v2 tag with a footer", id3Tag(300, 0x10)),
  behind("Lyrics3 and ID3v1 tags", joined(lyricsTag(), id3v1Tag())),
  behind("one zero", new Uint8Array(1)),
  behind("70 kB of zeros", new Uint8Array(70_000)),
  behind("the end of a form", text("\r\n--boundary--\r\n")),
];

/** Kinds that lack something. */
const DAMAGED: readonly Omit<FrameKind, "isClean">[] = [
  {
    what: "300 bytes of something else in the middle",
    make: (frames) => joined(...frames.toSpliced(MIDDLE, 0, new Uint8Array(300).fill(0x81))),
    warnings: ["part-skipped"],
  },
  {
    what: "a frame in the middle lacks its beginning",
    make: (frames) =>
      joined(...frames.map((frame, at) => (at === MIDDLE ? frame.subarray(20) : frame))),
    heard: (frames) => frames.toSpliced(MIDDLE, 1),
    warnings: ["part-skipped"],
  },
  {
    what: "a frame in the middle lacks its end",
    make: (frames) =>
      joined(...frames.map((frame, at) => (at === MIDDLE ? frame.subarray(0, -20) : frame))),
    heard: (frames) => frames.toSpliced(MIDDLE, 1),
    warnings: ["part-skipped"],
  },
  {
    what: "ends in the middle of a frame",
    make: (frames) => joined(...frames).subarray(0, -10),
    heard: (frames) => frames.slice(0, -1),
    warnings: ["truncated"],
  },
];

export const FRAME_KINDS: readonly FrameKind[] = [
  ...CLEAN.map((kind) => ({ ...kind, isClean: true, warnings: [] })),
  ...DAMAGED.map((kind) => ({ ...kind, isClean: false })),
];

/** The clip of a kind that a source makes. */
export function frameClip(source: FrameSource, kind: FrameKind): FieldClip {
  const { container, codec, extension, sampleRateHz, channels } = source;
  const heard = kind.heard?.(source.frames()) ?? source.frames();
  return {
    name: `${container}: ${kind.what}, ${source.name}`,
    make: async () => kind.make(source.frames()),
    ...(kind.isClean && { clean: async () => joined(...heard) }),
    ...{ extension, container, codec, sampleRateHz, channels },
    seconds: (heard.length * source.frameSamples) / sampleRateHz,
    toleranceSeconds: 0,
    warnings: kind.warnings,
  };
}

function begin(what: string, rest: (first: Uint8Array) => Bytes) {
  return {
    what,
    make: ([first = new Uint8Array(), ...others]: Frames) => joined(rest(first), ...others),
    heard: (frames: Frames) => frames.slice(1),
  };
}

function before(what: string, bytes: Bytes) {
  return { what: `behind ${what}`, make: (frames: Frames) => joined(bytes, ...frames) };
}

function between(what: string, bytes: Bytes) {
  return {
    what: `${what} in the middle`,
    make: (frames: Frames) => joined(...frames.toSpliced(MIDDLE, 0, bytes)),
  };
}

function behind(what: string, bytes: Bytes) {
  return { what: `${what} at its end`, make: (frames: Frames) => joined(...frames, bytes) };
}
