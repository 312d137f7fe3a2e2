/** Writes MP4 and QuickTime files: of 16-bit mono PCM at 8 kHz unless told otherwise. */
import { joined, text, unsigned } from "./bytes.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type Part = Uint8Array | readonly number[];

/** A box of a type around its parts. */
export function box(type: string, ...parts: readonly Part[]): Bytes {
  return boxOfSize(type, 8 + joined(...parts).length, ...parts);
}

/** A box that claims another size than it has. */
export function boxOfSize(type: string, size: number, ...parts: readonly Part[]): Bytes {
  return joined(unsigned(size, 4), text(type), ...parts);
}

/** A box whose size is written in eight bytes. */
export function largeBox(type: string, ...parts: readonly Part[]): Bytes {
  const body = joined(...parts);
  return joined(unsigned(1, 4), text(type), unsigned(16 + body.length, 8), body);
}

/** A box with a version and flags. */
export function fullBox(type: string, flags: number, ...parts: readonly Part[]): Bytes {
  return box(type, unsigned(flags, 4), ...parts);
}

/** Numbers of four bytes each. */
export function words(...numbers: readonly number[]): Bytes {
  return joined(...numbers.map((number) => unsigned(number, 4)));
}

export interface EntryContent {
  readonly format?: string;
  readonly channels?: number;
  readonly bitsPerSample?: number;
  readonly sampleRateHz?: number;
  readonly boxes?: readonly Uint8Array[];
}

/** A sample description of version 0. */
export function soundEntry({
  format = "sowt",
  channels = 1,
  bitsPerSample = 16,
  sampleRateHz = 8_000,
  boxes = [],
}: EntryContent = {}): Bytes {
  const fields = joined(unsigned(channels, 2), unsigned(bitsPerSample, 2), words(0));
  const rate = unsigned(sampleRateHz * 2 ** 16, 4);
  return box(format, new Uint8Array(6), [0, 1], new Uint8Array(8), fields, rate, ...boxes);
}

export interface TrackContent {
  readonly handler?: string;
  readonly entry?: Uint8Array;
  /** Offset and number of samples of each chunk. */
  readonly chunks?: readonly (readonly [offset: number, samples: number])[];
  readonly stsz?: Uint8Array;
  /** True for offsets of eight bytes. */
  readonly isLarge?: boolean;
  readonly edits?: Uint8Array;
  readonly timescale?: number;
  readonly samples?: number;
  /** Duration of each sample. */
  readonly sampleTicks?: number;
}

/** A sound track whose samples are of two bytes. */
export function track({
  handler = "soun",
  entry = soundEntry(),
  chunks = [],
  samples = chunks.reduce((sum, [, count]) => sum + count, 0),
  stsz = fullBox("stsz", 0, words(2, samples)),
  edits = new Uint8Array(),
  timescale = 8_000,
  sampleTicks = 1,
  isLarge = false,
}: TrackContent = {}): Bytes {
  const perChunk = chunks.map(([, count], index) => words(index + 1, count, 1));
  const offsets = chunks.map(([offset]) => unsigned(offset, isLarge ? 8 : 4));
  const tables = box(
    "stbl",
    fullBox("stsd", 0, words(1), entry),
    fullBox("stts", 0, words(1, samples, sampleTicks)),
    fullBox("stsc", 0, words(chunks.length), ...perChunk),
    stsz,
    fullBox(isLarge ? "co64" : "stco", 0, words(chunks.length), ...offsets),
  );
  return box(
    "trak",
    fullBox("tkhd", 0, words(0, 0, 1, 0)),
    edits,
    box(
      "mdia",
      fullBox("mdhd", 0, words(0, 0, timescale, samples * sampleTicks)),
      fullBox("hdlr", 0, words(0), text(handler), new Uint8Array(12)),
      box("minf", tables),
    ),
  );
}

export const FTYP = box("ftyp", text("isom"), words(0));

/** An index of tracks; the movie's clock ticks a thousand times a second. */
export function movieIndex(...parts: readonly Uint8Array[]): Bytes {
  return box("moov", fullBox("mvhd", 0, words(0, 0, 1_000, 0)), ...parts);
}

/** A file with its samples behind the index. */
export function makeMp4(samples: Uint8Array, content: Omit<TrackContent, "chunks"> = {}): Bytes {
  const count = content.samples ?? samples.length / 2;
  const index = (offset: number) => movieIndex(track({ ...content, chunks: [[offset, count]] }));
  const offset = FTYP.length + index(0).length + 8;
  return joined(FTYP, index(offset), box("mdat", samples));
}

/** An edit list of lengths in milliseconds and starts in samples. */
export function editList(...edits: readonly (readonly [lengthMs: number, start: number])[]): Bytes {
  const entries = edits.map(([lengthMs, start]) => words(lengthMs, start, 0x10000));
  return box("edts", fullBox("elst", 0, words(edits.length), ...entries));
}
