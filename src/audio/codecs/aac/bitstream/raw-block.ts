/** The content of an access unit: raw_data_block (ISO/IEC 14496-3 §4.4.2.1, table 4.3). */
import { UndertoneError } from "../../../../errors.ts";
import { type BitReader, bitReader, isOver, readBits } from "../../bits.ts";
import { brokenFrame } from "../broken-frame.ts";
import type { SbrPayload } from "../sbr/replicator.ts";
import { readProgramConfig } from "../setup/program-config.ts";
import { type ChannelData, readChannelData } from "./channel-data.ts";
import { readLongTerm, readWindows, type StreamTables, type Windows } from "./windows.ts";

/** A channel, or a pair, and what belongs to it. */
export interface AacElement {
  /** The identity of an element within its unit: its kind and its tag. */
  readonly key: number;
  readonly channels: readonly ChannelData[];
  /** Of a pair: of each band of each group, whether it holds middle and side; null if the windows differ. */
  readonly isMiddleSide: Uint8Array | null;
  readonly sbr: SbrPayload | null;
}

const SINGLE = 0;
const PAIR = 1;
const COUPLING = 2;
const LOW_FREQUENCY = 3;
const DATA = 4;
const PROGRAM_CONFIG = 5;
const FILL = 6;
const END = 7;

const SBR_EXTENSION = 13;
const SBR_EXTENSION_WITH_CHECKSUM = 14;
/** More than any layout has, in a unit and in a stream; each costs memory. */
export const MOST_ELEMENTS = 16;

/** Reads an access unit, which may hold nothing. */
export function readRawBlock(packet: Uint8Array, stream: StreamTables): AacElement[] {
  const reader = bitReader(packet);
  const elements: AacElement[] = [];
  for (;;) {
    const kind = readBits(reader, 3);
    if (isOver(reader)) throw brokenFrame();
    if (kind === END) {
      const restBits = reader.lengthBits - reader.position;
      if (elements.length === 0 && restBits >= 8) throw brokenFrame();
      return elements;
    }
    if (kind === FILL) {
      const payload = readFill(reader);
      const last = elements.pop();
      if (last !== undefined) elements.push({ ...last, sbr: payload ?? last.sbr });
      continue;
    }
    if (kind === PROGRAM_CONFIG) {
      reader.position += 4;
      readProgramConfig(reader);
      continue;
    }
    const tag = readBits(reader, 4);
    if (kind === DATA) skipData(reader);
    else if (kind === COUPLING) throw unreadCoupling();
    else {
      if (elements.length === MOST_ELEMENTS) throw brokenFrame();
      elements.push({ key: kind * 16 + tag, ...readElement(reader, kind, stream), sbr: null });
    }
  }
}

function readElement(
  reader: BitReader,
  kind: typeof SINGLE | typeof PAIR | typeof LOW_FREQUENCY | number,
  stream: StreamTables,
): Pick<AacElement, "channels" | "isMiddleSide"> {
  if (kind !== PAIR)
    return { channels: [readChannelData(reader, stream, null)], isMiddleSide: null };
  const isShared = readBits(reader, 1) === 1;
  if (!isShared) {
    const left = readChannelData(reader, stream, null);
    return { channels: [left, readChannelData(reader, stream, null)], isMiddleSide: null };
  }
  const windows = readWindows(reader, stream);
  const others = secondWindows(reader, windows);
  const isMiddleSide = readMiddleSide(reader, windows);
  const left = readChannelData(reader, stream, windows);
  return { channels: [left, readChannelData(reader, stream, others)], isMiddleSide };
}

/** The same windows with the second channel's own long-term prediction, which stands behind the first one's. */
function secondWindows(reader: BitReader, windows: Windows): Windows {
  if (windows.prediction?.kind !== "long-term") return windows;
  const own = readLongTerm(reader, windows.bandCount);
  return { ...windows, prediction: { kind: "long-term", own } };
}

const NONE = 0;
const BY_BAND = 1;
const ALL = 2;

function readMiddleSide(reader: BitReader, { groups, bandCount }: Windows): Uint8Array {
  const flags = new Uint8Array(groups.length * bandCount);
  const kind = readBits(reader, 2);
  if (kind === BY_BAND)
    for (let band = 0; band < flags.length; band++) flags[band] = readBits(reader, 1);
  else if (kind === ALL) flags.fill(1);
  else if (kind !== NONE) throw brokenFrame();
  return flags;
}

/** Bytes of the encoder's own. */
function skipData(reader: BitReader): void {
  const isAligned = readBits(reader, 1) === 1;
  const count = readBits(reader, 8);
  const bytes = count === 255 ? count + readBits(reader, 8) : count;
  if (isAligned) reader.position = Math.ceil(reader.position / 8) * 8;
  reader.position += 8 * bytes;
}

/** Padding, unless it is spectral band replication of the element before. */
function readFill(reader: BitReader): SbrPayload | null {
  const count = readBits(reader, 4);
  const bytes = count === 15 ? count + readBits(reader, 8) - 1 : count;
  const end = reader.position + 8 * bytes;
  if (end > reader.lengthBits) throw brokenFrame();
  const kind = bytes === 0 ? 0 : readBits(reader, 4);
  const start = reader.position;
  reader.position = end;
  if (kind !== SBR_EXTENSION && kind !== SBR_EXTENSION_WITH_CHECKSUM) return null;
  return {
    reader: { bytes: reader.bytes, lengthBits: end, position: start },
    hasChecksum: kind === SBR_EXTENSION_WITH_CHECKSUM,
  };
}

function unreadCoupling(): UndertoneError {
  return new UndertoneError(
    "unsupported-codec",
    "The clip is AAC with coupled channels, which is not read; convert it, for example with: ffmpeg -i in -vn -c:a pcm_s16le out.wav",
    { codec: "AAC" },
  );
}
