/** The sound track of an MP4 file's `moov`: its codec, what of it is heard, and where its samples lie. */

import { viewOf } from "../../../../bytes.ts";
import { fourCharacters } from "../../../bytes/marks.ts";
import { OPUS_SAMPLE_RATE_HZ } from "../../../codecs/opus/open.ts";
import { damaged } from "../../../faults.ts";
import { type TimeWindow, WHOLE } from "../../tracks/track.ts";
import { codecOf, type Mp4Codec } from "../codecs.ts";
import { type Clock, editedWindows, itunesWindows } from "../edits.ts";
import type { FragmentDefaults } from "../fragments.ts";
import { findIndex, type IndexBox } from "../index.ts";
import { readSoundDescription } from "./description.ts";
import { readSampleTables, type SampleTables } from "./tables.ts";

/** All that is needed to decode a track. */
export interface Mp4Track {
  readonly id: number;
  readonly codec: Mp4Codec;
  readonly windows: readonly TimeWindow[];
  /** Ticks per second. */
  readonly timescale: number;
  /** The length of all samples in the tables; 0 if it is not told. */
  readonly mediaTicks: number;
  readonly tables: SampleTables;
  /** The values that fragments leave out; null if all samples are in the tables. */
  readonly fragmentDefaults: FragmentDefaults | null;
}

const NOTHING = new Uint8Array();

/** The tracks of sound, in the order of the file. */
export function soundTracks(moov: readonly IndexBox[]): IndexBox[] {
  return moov.filter((box) => box.type === "trak" && isSound(box));
}

/**
 * Reads a track of sound.
 * @throws UndertoneError `unsupported-codec`, `clip-damaged`, `clip-header-inconsistent`.
 */
export function readSoundTrack({ children }: IndexBox, moov: readonly IndexBox[]): Mp4Track {
  const stbl = findIndex(children, "mdia", "minf", "stbl")?.children ?? [];
  const mdhd = findIndex(children, "mdia", "mdhd")?.body ?? NOTHING;
  const timescale = timescaleOf(mdhd);
  if (timescale === 0) throw damaged("its index does not say how fast its sound goes");
  const id = idOf(findIndex(children, "tkhd")?.body ?? NOTHING);
  const description = readSoundDescription(findIndex(stbl, "stsd")?.body ?? NOTHING);
  const { sampleRateHz } = description;
  const codec = codecOf({ ...description, sampleRateHz: sampleRateHz || timescale });
  const fragmentDefaults = readFragmentDefaults(moov, id);
  const mediaTicks = ticksIn(findIndex(stbl, "stts")?.body ?? NOTHING);
  const clock: Clock = {
    timescale,
    movieTimescale: timescaleOf(findIndex(moov, "mvhd")?.body ?? NOTHING),
    mediaTicks,
  };
  const elst = findIndex(children, "edts", "elst")?.body ?? NOTHING;
  const edited = editedWindows(elst, clock, fragmentDefaults !== null);
  const windows = edited === WHOLE ? unedited(codec, itunesWindows(moov, timescale)) : edited;
  const tables = readSampleTables(stbl);
  return { id, codec, windows, timescale, mediaTicks, tables, fragmentDefaults };
}

function isSound({ children }: IndexBox): boolean {
  const hdlr = findIndex(children, "mdia", "hdlr")?.body ?? NOTHING;
  return fourCharacters(hdlr, 8) === "soun";
}

function unedited(codec: Mp4Codec, windows: readonly TimeWindow[]): readonly TimeWindow[] {
  if (codec.preSkipFrames === 0) return windows;
  return [{ startSeconds: codec.preSkipFrames / OPUS_SAMPLE_RATE_HZ, endSeconds: Infinity }];
}

/** Of `mdhd` and `mvhd`; 0 if it does not say. */
function timescaleOf(header: Uint8Array): number {
  const at = header[0] === 1 ? 20 : 12;
  return header.length < at + 4 ? 0 : viewOf(header).getUint32(at);
}

function idOf(tkhd: Uint8Array): number {
  const at = tkhd[0] === 1 ? 20 : 12;
  return tkhd.length < at + 4 ? 0 : viewOf(tkhd).getUint32(at);
}

/** The length of all samples. */
function ticksIn(stts: Uint8Array): number {
  const entryBytes = 8;
  const view = viewOf(stts);
  let ticks = 0;
  for (let at = 8; at + entryBytes <= stts.length; at += entryBytes) {
    ticks += view.getUint32(at) * view.getUint32(at + 4);
  }
  return ticks;
}

function readFragmentDefaults(moov: readonly IndexBox[], id: number): FragmentDefaults | null {
  const mvex = findIndex(moov, "mvex");
  if (mvex === null) return null;
  for (const { type, body } of mvex.children) {
    if (type !== "trex" || body.length < 24) continue;
    const view = viewOf(body);
    if (view.getUint32(4) !== id) continue;
    return { durationTicks: view.getUint32(12), sampleBytes: view.getUint32(16) };
  }
  return { durationTicks: 0, sampleBytes: 0 };
}
