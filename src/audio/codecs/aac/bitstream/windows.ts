/** The windows of a channel's frame: ics_info (ISO/IEC 14496-3 §4.4.2.1, table 4.6). */
import { type BitReader, readBits } from "../../bits.ts";
import type { Bands, BandTables } from "../bands.ts";
import { brokenFrame } from "../broken-frame.ts";
import { LONG_TERM_PREDICTION, MAIN } from "../setup/audio-specific-config.ts";

export const ONLY_LONG = 0;
export const LONG_START = 1;
export const EIGHT_SHORT = 2;
export const LONG_STOP = 3;

/** The windows of one frame, which two channels may share. */
export interface Windows {
  readonly sequence: number;
  /** 0 is a sine, 1 is Kaiser and Bessel's. */
  readonly shape: number;
  /** The number of bands of each window that may hold something. */
  readonly bandCount: number;
  /** The number of windows in a group, which share scale factors. */
  readonly groups: readonly number[];
  readonly bands: Bands;
  /** Coefficients of one window. */
  readonly windowLength: number;
  readonly prediction: Prediction | null;
}

/** The prediction from earlier frames: Main's, or long-term prediction. */
export type Prediction =
  | { readonly kind: "main"; readonly resetGroup: number; readonly used: readonly boolean[] }
  | { readonly kind: "long-term"; readonly own: LongTerm | null };

/** The lag at which a frame resembles the sound before it. */
export interface LongTerm {
  /** In samples, back from the end of what is known. */
  readonly lag: number;
  readonly gain: number;
  readonly used: readonly boolean[];
}

/** The facts about the stream that reading depends on. */
export interface StreamTables {
  readonly objectType: number;
  readonly frameSamples: number;
  readonly bands: BandTables;
}

/** Reads the windows of one channel, or of both of a pair. */
export function readWindows(reader: BitReader, stream: StreamTables): Windows {
  if (readBits(reader, 1) === 1) throw brokenFrame();
  const sequence = readBits(reader, 2);
  const shape = readBits(reader, 1);
  const isShort = sequence === EIGHT_SHORT;
  const bands = isShort ? stream.bands.short : stream.bands.long;
  const bandCount = readBits(reader, isShort ? 4 : 6);
  if (bandCount >= bands.offsets.length) throw brokenFrame();
  return {
    sequence,
    shape,
    bandCount,
    groups: isShort ? readGroups(reader) : [1],
    bands,
    windowLength: stream.frameSamples / (isShort ? 8 : 1),
    prediction:
      isShort || readBits(reader, 1) === 0 ? null : readPrediction(reader, bandCount, stream),
  };
}

/** Seven bits: whether each window but the first shares the scale factors of the one before. */
function readGroups(reader: BitReader): number[] {
  const groups = [1];
  for (let window = 1; window < 8; window++) {
    if (readBits(reader, 1) === 1) groups.push((groups.pop() as number) + 1);
    else groups.push(1);
  }
  return groups;
}

function readPrediction(
  reader: BitReader,
  bandCount: number,
  { objectType, bands }: StreamTables,
): Prediction {
  if (objectType === MAIN) {
    const isReset = readBits(reader, 1) === 1;
    const resetGroup = isReset ? readBits(reader, 5) : 0;
    if (isReset && (resetGroup === 0 || resetGroup > 30)) throw brokenFrame();
    const used = readFlags(reader, Math.min(bandCount, bands.predictedCount));
    return { kind: "main", resetGroup, used };
  }
  if (objectType !== LONG_TERM_PREDICTION) throw brokenFrame();
  return { kind: "long-term", own: readLongTerm(reader, bandCount) };
}

/** Table 4.98. */
const GAINS = [0.570829, 0.696616, 0.813004, 0.911304, 0.9849, 1.067894, 1.194601, 1.369533];
const MOST_LONG_TERM_BANDS = 40;

/** Reads one channel's ltp_data, whose first bit says whether there is any. */
export function readLongTerm(reader: BitReader, bandCount: number): LongTerm | null {
  if (readBits(reader, 1) === 0) return null;
  const lag = readBits(reader, 11);
  const gain = GAINS[readBits(reader, 3)] as number;
  return { lag, gain, used: readFlags(reader, Math.min(bandCount, MOST_LONG_TERM_BANDS)) };
}

function readFlags(reader: BitReader, count: number): boolean[] {
  return Array.from({ length: count }, () => readBits(reader, 1) === 1);
}
