/** Audio files that are recognised by their first bytes and not read. */
import { hasMarks, type Mark } from "../bytes/marks.ts";

/** Enough for two frames of every format that is told by its frames. */
export const UNREAD_SNIFFED_BYTES = 16_384;

/** Formats that ffmpeg does not convert. */
const BEYOND_FFMPEG = /^(SILK|OptimFROG|EVS|Codec 2)/;

const SIGNATURES: readonly (readonly [name: string, ...marks: Mark[]])[] = [
  ["WavPack", [0, "wvpk"]],
  ["True Audio (TTA)", [0, "TTA1"]],
  ["True Audio (TTA)", [0, "TTA2"]],
  ["Monkey's Audio (APE)", [0, "MAC "]],
  ["Musepack", [0, "MPCK"]],
  ["Musepack", [0, "MP+"]],
  ["OptimFROG", [0, "OFR "]],
  ["Shorten", [0, "ajkg"]],
  ["DSD (DSF)", [0, "DSD "]],
  ["DSD (DSDIFF)", [0, "FRM8"], [12, "DSD "]],
  ["Creative Voice (VOC)", [0, "Creative Voice File\x1a"]],
  ["SILK", [0, "#!SILK"]],
  ["SILK, as WeChat and QQ write it", [0, "\x02#!SILK"]],
  ["iLBC", [0, "#!iLBC"]],
  ["EVS", [0, "#!EVS"]],
  ["DTS", [0, "\x7f\xfe\x80\x01"]],
  ["DTS", [0, "\xfe\x7f\x01\x80"]],
  ["DTS", [0, "\x1f\xff\xe8\x00"]],
  ["DTS", [0, "\xff\x1f\x00\xe8"]],
  ["DTS", [0, "DTSHDHDR"]],
  ["TrueHD or MLP", [4, "\xf8\x72\x6f"]],
  ["RealAudio", [0, ".ra\xfd"]],
  ["RealMedia", [0, ".RMF"]],
  ["Codec 2", [0, "\xc0\xde\xc2"]],
  ["Quite OK Audio", [0, "qoaf"]],
  ["AAC in ADIF", [0, "ADIF"]],
];

/** Formats that are a run of frames, and where the frame at `start` ends; null where none stands. */
const FRAMED: readonly (readonly [name: string, frameEnd: FrameEnd])[] = [
  ["AC-3", ac3FrameEnd],
  ["E-AC-3", enhancedAc3FrameEnd],
  ["AAC (LATM in LOAS)", loasFrameEnd],
];
type FrameEnd = (bytes: Uint8Array, start: number) => number | null;

const GSM_FRAME_BYTES = 33;
const GSM_FEWEST_FRAMES = 4;

/**
 * The format's name in a sentence, null if it is none of these.
 * @param bytes the first `UNREAD_SNIFFED_BYTES`, or the whole file.
 */
export function sniffUnread(bytes: Uint8Array): string | null {
  const known = SIGNATURES.find(([, ...marks]) => hasMarks(bytes, marks));
  if (known !== undefined) return known[0];
  const framed = FRAMED.find(([, frameEnd]) => beginsWithFrames(bytes, frameEnd));
  if (framed !== undefined) return framed[0];
  return isGsm(bytes) ? "GSM 06.10 (full rate)" : null;
}

/** Advice on converting a file; undefined where ffmpeg does it. */
export function unreadAdvice(name: string): string | undefined {
  if (!BEYOND_FFMPEG.test(name)) return undefined;
  return "ffmpeg does not read it either: save it as WAV with the program that made it";
}

/** A frame, and behind it another one or the end: a sync word alone is soon mistaken for one. */
function beginsWithFrames(bytes: Uint8Array, frameEnd: FrameEnd): boolean {
  const second = frameEnd(bytes, 0);
  if (second === null) return false;
  return second === bytes.length || frameEnd(bytes, second) !== null;
}

/** ETSI TS 102 366 §5.3: sync word, checksum, code of rate and size, then a version up to 10. */
function ac3FrameEnd(bytes: Uint8Array, start: number): number | null {
  const [sync0, sync1, , , codes = 0, version = 0] = bytes.subarray(start, start + 6);
  const bitRate = AC3_KILOBITS[(codes & 0x3f) >> 1];
  const isFrame = sync0 === 0x0b && sync1 === 0x77 && version >> 3 <= 10;
  if (!isFrame || bitRate === undefined) return null;
  const words = [bitRate * 2, Math.floor((bitRate * 320) / 147) + (codes & 1), bitRate * 3][
    codes >> 6
  ];
  return words === undefined ? null : start + 2 * words;
}

/** By half the code of the size. */
const AC3_KILOBITS = [
  32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640,
];

/** ETSI TS 102 366 annex E: sync word, size in words less one, and a version from 11 to 16. */
function enhancedAc3FrameEnd(bytes: Uint8Array, start: number): number | null {
  const [sync0, sync1, sizeTop = 0, size = 0, , version = 0] = bytes.subarray(start, start + 6);
  const isVersion = version >> 3 > 10 && version >> 3 <= 16;
  if (sync0 !== 0x0b || sync1 !== 0x77 || !isVersion) return null;
  return start + 2 * (((sizeTop & 7) << 8) + size + 1);
}

/** ISO/IEC 14496-3 §1.7.2: eleven sync bits and thirteen of the size. */
function loasFrameEnd(bytes: Uint8Array, start: number): number | null {
  const [sync, sizeTop = 0, size = 0] = bytes.subarray(start, start + 3);
  if (sync !== 0x56 || sizeTop >> 5 !== 7) return null;
  return start + 3 + ((sizeTop & 0x1f) << 8) + size;
}

/** Frames of 33 bytes, whose first four bits are 13 (the file format of the toast program). */
function isGsm(bytes: Uint8Array): boolean {
  if (bytes.length < GSM_FEWEST_FRAMES * GSM_FRAME_BYTES) return false;
  for (let at = 0; at < bytes.length; at += GSM_FRAME_BYTES) {
    if ((bytes[at] as number) >> 4 !== 13) return false;
  }
  return true;
}
