/** The sample description of an MP4 sound track (ISO/IEC 14496-12 §12.2.3, QuickTime's versions 1 and 2). */

import { viewOf } from "../../../../bytes.ts";
import { fourCharacters } from "../../../bytes/marks.ts";
import { damaged } from "../../../faults.ts";
import { findBox, walkBoxes } from "../boxes/box.ts";

/** The storage of a track's samples. */
export interface SoundDescription {
  /** Such as `mp4a`, `alac`, `sowt`. */
  readonly format: string;
  readonly channels: number;
  readonly bitsPerSample: number;
  readonly sampleRateHz: number;
  /** Of QuickTime's version 2: float, big-endian, signed, from the lowest bit on. */
  readonly lpcmFlags: number;
  /** The first box of a type, which may lie within QuickTime's `wave`. */
  box(type: string): Uint8Array | null;
}

const ENTRIES_START = 8;
/** The end of each version's fields, where its boxes begin. */
const VERSION_0_BYTES = 28;
const VERSION_1_BYTES = 44;
const VERSION_2_BYTES = 64;

/**
 * Reads the first entry of `stsd`, which the samples of a recording refer to.
 * @throws UndertoneError `clip-damaged` if there is none.
 */
export function readSoundDescription(stsd: Uint8Array): SoundDescription {
  const [entry] = walkBoxes(stsd.subarray(ENTRIES_START));
  if (entry === undefined || entry.body.length < VERSION_0_BYTES) {
    throw damaged("its index does not say how its sound is stored");
  }
  const { type: format, body } = entry;
  const view = viewOf(body);
  const isIso = stsd[0] === 1;
  const version = isIso ? 0 : view.getUint16(8);
  if (version === 2 && body.length >= VERSION_2_BYTES) {
    return {
      format,
      sampleRateHz: view.getFloat64(32),
      channels: view.getUint32(40),
      bitsPerSample: view.getUint32(48),
      lpcmFlags: view.getUint32(52),
      box: boxIn(body.subarray(VERSION_2_BYTES)),
    };
  }
  const boxesStart = version === 1 ? VERSION_1_BYTES : VERSION_0_BYTES;
  const box = boxIn(body.subarray(boxesStart));
  return {
    format,
    channels: view.getUint16(16),
    bitsPerSample: view.getUint16(18),
    sampleRateHz: rateIn(box("srat")) ?? view.getUint32(24) / 2 ** 16,
    lpcmFlags: 0,
    box,
  };
}

/** The format that an encrypted track had before, or null. */
export function originalFormat({ box }: SoundDescription): string | null {
  const original = findBox(box("sinf") ?? new Uint8Array(), "frma");
  return original === null ? null : fourCharacters(original);
}

/** The rate of a version 1 entry, beyond what its 16 bits hold. */
function rateIn(srat: Uint8Array | null): number | null {
  return srat === null || srat.length < 8 ? null : viewOf(srat).getUint32(4);
}

function boxIn(boxes: Uint8Array): (type: string) => Uint8Array | null {
  return (type) => findBox(boxes, type) ?? findBox(findBox(boxes, "wave") ?? NOTHING, type);
}

const NOTHING = new Uint8Array();
