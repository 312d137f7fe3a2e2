/** Files of chunks, elements and boxes that hold nothing. */
import * as ids from "../../../src/audio/containers/matroska/ids.ts";
import { int16s, joined, text, unsigned } from "../bytes.ts";
import { ebmlHeader, element, openElement, trackEntry } from "../make-matroska.ts";
import { box, FTYP, fullBox, movieIndex, soundEntry, track, words } from "../make-mp4.ts";
import { formatChunk } from "../make-wav.ts";
import { filled, type HostileClip, repeated } from "./hostile-clip.ts";

const MEGA = 1_000_000;
const VOID = Uint8Array.of(0xec, 0x80);
const EMPTY_BOX = joined(unsigned(8, 4), text("free"));
const SECOND = int16s(new Array(8_000).fill(1_000));

/** A Matroska file of a size that is not told, up to the first cluster's elements. */
function matroskaStart(codecId?: string): Uint8Array {
  const entry = trackEntry(codecId === undefined ? {} : { codecId });
  return joined(
    ebmlHeader(),
    openElement(ids.SEGMENT, element(ids.TRACKS, entry), openElement(ids.CLUSTER)),
  );
}

/** A block of 256 laced frames of no bytes (Xiph lacing). */
function emptyLaces(): Uint8Array {
  const block = joined([0x81, 0, 0, 0x82, 0xff], new Uint8Array(255));
  return joined([0xa3], unsigned(0x4000 + block.length, 2), block);
}

const CHUNK = { sampleRateHz: 8_000, channels: [new Float32Array(1)], format: "s16" } as const;

const RIFF = joined(text("RIFF"), unsigned(0, 4), text("WAVE"));
const FORMAT = joined(text("fmt "), [16, 0, 0, 0], formatChunk(CHUNK));

export const CHUNK_CLIPS: readonly HostileClip[] = [
  {
    name: "WAV of empty chunks",
    make: (bytes) => filled(RIFF, joined(text("junk"), unsigned(0, 4)), bytes),
    slug: "clip-too-costly",
    attackBytes: 24 * MEGA,
  },
  {
    name: "WAV of one-byte chunks without padding behind its format",
    make: (bytes) => filled(joined(RIFF, FORMAT), joined(text("junk"), [1, 0, 0, 0, 0]), bytes),
    slug: "clip-too-costly",
    attackBytes: 24 * MEGA,
  },
  {
    name: "AIFF of empty chunks",
    make: (bytes) =>
      filled(
        joined(text("FORM"), unsigned(0, 4), text("AIFF")),
        joined(text("JUNK"), unsigned(0, 4)),
        bytes,
      ),
    slug: "clip-too-costly",
    attackBytes: 24 * MEGA,
  },
  {
    name: "Matroska of Voids",
    make: (bytes) => filled(matroskaStart(), VOID, bytes),
    slug: "clip-too-costly",
    attackBytes: 30 * MEGA,
  },
  {
    name: "Matroska of Voids before its segment",
    make: (bytes) => filled(ebmlHeader(), VOID, bytes),
    slug: "clip-too-costly",
    attackBytes: 30 * MEGA,
  },
  {
    name: "Matroska of Voids behind a second of sound",
    make: (bytes) =>
      filled(
        joined(matroskaStart(), element(0xa3, joined([0x81, 0, 0, 0x80], SECOND))),
        VOID,
        bytes,
      ),
    slug: "clip-too-costly",
    attackBytes: 30 * MEGA,
  },
  {
    name: "Matroska of Voids within its tracks",
    make: (bytes) => {
      const tracks = Math.min(bytes, 4_000_000);
      return joined(
        ebmlHeader(),
        openElement(ids.SEGMENT, element(ids.TRACKS, repeated(VOID, tracks))),
      );
    },
    slug: "clip-too-costly",
    attackBytes: 4 * MEGA,
  },
  {
    name: "Matroska of 256 empty laced frames in a block",
    make: (bytes) => filled(matroskaStart(), emptyLaces(), bytes),
    slug: "clip-damaged",
    attackBytes: 26 * MEGA,
  },
  {
    name: "Matroska of 256 empty laced Opus frames in a block",
    make: (bytes) => {
      const head = joined(text("OpusHead"), [1, 1, 0, 0], unsigned(0x80bb0000, 4), [0, 0, 0]);
      const entry = trackEntry({ codecId: "A_OPUS", codecPrivate: head });
      const start = joined(
        ebmlHeader(),
        openElement(ids.SEGMENT, element(ids.TRACKS, entry), openElement(ids.CLUSTER)),
      );
      return filled(start, emptyLaces(), bytes);
    },
    slug: "clip-damaged",
    attackBytes: 26 * MEGA,
  },
  {
    name: "Matroska of empty block groups",
    make: (bytes) => filled(matroskaStart(), Uint8Array.of(0xa0, 0x80), bytes),
    slug: "clip-too-costly",
    attackBytes: 30 * MEGA,
  },
  {
    name: "Matroska of empty blocks of another track",
    make: (bytes) => filled(matroskaStart(), Uint8Array.of(0xa3, 0x84, 0x82, 0, 0, 0x80), bytes),
    slug: "clip-too-costly",
    attackBytes: 30 * MEGA,
  },
  {
    name: "MP4 of empty boxes",
    make: (bytes) => filled(FTYP, EMPTY_BOX, bytes),
    slug: "clip-too-costly",
    attackBytes: 24 * MEGA,
  },
  {
    name: "MP4 of empty boxes in its index",
    make: (bytes) => joined(FTYP, movieIndex(repeated(EMPTY_BOX, bytes))),
    slug: "clip-too-costly",
    attackBytes: 24 * MEGA,
  },
  {
    name: "MP4 of fragments without samples",
    make: (bytes) => {
      const index = movieIndex(track(), box("mvex", fullBox("trex", 0, words(1, 1, 1, 2, 0))));
      return filled(joined(FTYP, index), joined(unsigned(8, 4), text("moof")), bytes);
    },
    slug: "clip-too-costly",
    attackBytes: 24 * MEGA,
  },
  {
    name: "MP4 whose table has a chunk for each sample, all at one place",
    make: (bytes) => {
      const chunks = Math.floor(Math.min(bytes, 7_900_000) / 4);
      const offsets = words(FTYP.length + 8);
      const tables = joined(
        fullBox("stsd", 0, words(1), soundEntry()),
        fullBox("stts", 0, words(1, chunks, 1)),
        fullBox("stsc", 0, words(1, 1, 1, 1)),
        fullBox("stsz", 0, words(2, chunks)),
        fullBox("stco", 0, words(chunks), repeated(offsets, 4 * chunks)),
      );
      const media = joined(
        fullBox("mdhd", 0, words(0, 0, 8_000, chunks)),
        fullBox("hdlr", 0, words(0), text("soun"), new Uint8Array(12)),
        box("minf", box("stbl", tables)),
      );
      const trak = box("trak", joined(fullBox("tkhd", 0, words(0, 0, 1, 0)), box("mdia", media)));
      return joined(FTYP, box("mdat", Uint8Array.of(1, 2)), movieIndex(trak));
    },
    slug: "clip-too-costly",
    attackBytes: 7.9 * MEGA,
  },
];
