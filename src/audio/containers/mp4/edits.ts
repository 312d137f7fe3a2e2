/** Which part of an MP4 track is heard: its edit list, or iTunes' note of the encoder's delay. */
import { viewOf } from "../../../bytes.ts";
import { type TimeWindow, WHOLE } from "../tracks/track.ts";
import { findIndex, type IndexBox } from "./index.ts";

const ENTRIES_START = 8;
/** Edits that show nothing, such as a delay against the picture. */
const EMPTY_EDIT = -1n;
const ITUNES_NOTE = "iTunSMPB";

/** A track's clock. */
export interface Clock {
  /** Ticks per second of the track's own times. */
  readonly timescale: number;
  /** Ticks per second of the edit list's lengths. */
  readonly movieTimescale: number;
  /** Length of all samples in ticks, 0 if not known. */
  readonly mediaTicks: number;
}

/**
 * The parts that an edit list shows (ISO/IEC 14496-12 §8.6.6). Edits that repeat or reorder the track do not change what is
 * heard, nor do those that leave nothing of it.
 * @param isFragmented the list was written before most of the samples were, so its lengths do not count.
 */
export function editedWindows(
  elst: Uint8Array,
  { timescale, movieTimescale, mediaTicks }: Clock,
  isFragmented: boolean,
): readonly TimeWindow[] {
  const windows: TimeWindow[] = [];
  for (const { lengthTicks, mediaTime } of readEdits(elst)) {
    const length = (lengthTicks / movieTimescale) * timescale;
    const isOpen = isFragmented || lengthTicks === 0 || movieTimescale === 0;
    const end = isOpen ? Infinity : mediaTime + length;
    const isMediaEnd = mediaTicks > 0 && Math.abs(end - mediaTicks) <= timescale / movieTimescale;
    const window = {
      startSeconds: mediaTime / timescale,
      endSeconds: (isMediaEnd ? mediaTicks : end) / timescale,
    };
    if (window.startSeconds < (windows.at(-1)?.endSeconds ?? 0)) return WHOLE;
    windows.push(window);
  }
  const mediaSeconds = mediaTicks > 0 ? mediaTicks / timescale : Infinity;
  const leavesSome = windows.some(({ startSeconds }) => startSeconds < mediaSeconds);
  return leavesSome ? windows : WHOLE;
}

/** Hexadecimal numbers: nothing, priming, padding, samples that are heard. */
export function itunesWindows(moov: readonly IndexBox[], timescale: number): readonly TimeWindow[] {
  const tags = findIndex(moov, "udta", "meta", "ilst")?.children ?? [];
  const tag = tags.find(({ children }) => textIn(children, "name", 4) === ITUNES_NOTE);
  const numbers = textIn(tag?.children ?? [], "data", 8)
    .trim()
    .split(/\s+/);
  const [, priming = NaN, , length = NaN] = numbers.map((number) => Number.parseInt(number, 16));
  if (Number.isNaN(priming + length) || length === 0) return WHOLE;
  return [{ startSeconds: priming / timescale, endSeconds: (priming + length) / timescale }];
}

function* readEdits(elst: Uint8Array): Generator<{ lengthTicks: number; mediaTime: number }> {
  if (elst.length < ENTRIES_START) return;
  const view = viewOf(elst);
  const isLarge = view.getUint8(0) === 1;
  const entryBytes = isLarge ? 20 : 12;
  const claimed = view.getUint32(4);
  for (let entry = 0; entry < claimed; entry++) {
    const at = ENTRIES_START + entry * entryBytes;
    if (at + entryBytes > elst.length) return;
    const mediaTime = isLarge ? view.getBigInt64(at + 8) : BigInt(view.getInt32(at + 4));
    const lengthTicks = isLarge ? Number(view.getBigUint64(at)) : view.getUint32(at);
    if (mediaTime > EMPTY_EDIT) yield { lengthTicks, mediaTime: Number(mediaTime) };
  }
}

function textIn(boxes: readonly IndexBox[], type: string, start: number): string {
  const body = boxes.find((box) => box.type === type)?.body ?? new Uint8Array();
  return new TextDecoder("latin1").decode(body.subarray(start));
}
