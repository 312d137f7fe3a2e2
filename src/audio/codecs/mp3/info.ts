/**
 * What an encoder says of an MP3 file in a first frame that holds no sound: Xing's and LAME's header, or Fraunhofer's (VBRI).
 * No specification is published; these are the fields that encoders write and other decoders read.
 */
import { viewOf } from "../../../bytes.ts";
import { MP3_HEADER_BYTES, type Mp3FrameHeader } from "./frame-header.ts";

/** The description of the frames that follow. */
export interface Mp3Info {
  /** Their number; null if it is absent. */
  readonly frames: number | null;
  /** Their length in bytes, with this one; null if it is absent. */
  readonly bytes: number | null;
  /** Samples that the encoder added in front of the first one; null if that is not said. */
  readonly delaySamples: number | null;
  /** Samples that it added behind the last one; 0 if that is not said. */
  readonly paddingSamples: number;
}

const VBRI_OFFSET = MP3_HEADER_BYTES + 32;
const VBRI_BYTES = 18;
const FRAMES_FLAG = 1;
const BYTES_FLAG = 2;
const TABLE_FLAG = 4;
const QUALITY_FLAG = 8;
const FIELD_BYTES = 4;
const TABLE_BYTES = 100;
/** From the encoder's name to where its delay and padding stand. */
const DELAY_OFFSET = 21;
/** Encoders whose delay and padding stand there. */
const ENCODERS = ["LAME", "Lavf", "Lavc"];

/** Reads what a file's first frame says of the file; null if it holds sound like all others. */
export function readMp3Info(frame: Uint8Array, header: Mp3FrameHeader): Mp3Info | null {
  if (header.layer !== 3) return null;
  if (textAt(frame, VBRI_OFFSET) === "VBRI") return readVbri(frame);
  const offset = MP3_HEADER_BYTES + sideInfoBytes(header);
  const isXing = ["Xing", "Info"].includes(textAt(frame, offset));
  return isXing ? readXing(frame, offset + FIELD_BYTES) : null;
}

function readVbri(frame: Uint8Array): Mp3Info | null {
  if (frame.length < VBRI_OFFSET + VBRI_BYTES) return null;
  const view = viewOf(frame.subarray(VBRI_OFFSET));
  return {
    bytes: view.getUint32(10),
    frames: view.getUint32(14),
    delaySamples: null,
    paddingSamples: 0,
  };
}

/** Fields are there as flags say, in this order. */
function readXing(frame: Uint8Array, start: number): Mp3Info | null {
  if (frame.length < start + FIELD_BYTES) return null;
  const view = viewOf(frame);
  const flags = view.getUint32(start);
  let at = start + FIELD_BYTES;
  const fieldIf = (flag: number, bytes = FIELD_BYTES): number | null => {
    if ((flags & flag) === 0) return null;
    at += bytes;
    return at <= frame.length ? view.getUint32(at - bytes) : null;
  };
  const frames = fieldIf(FRAMES_FLAG);
  const bytes = fieldIf(BYTES_FLAG);
  fieldIf(TABLE_FLAG, TABLE_BYTES);
  fieldIf(QUALITY_FLAG);
  const isKnown = ENCODERS.includes(textAt(frame, at)) && at + DELAY_OFFSET + 3 <= frame.length;
  const delayAndPadding = isKnown ? view.getUint32(at + DELAY_OFFSET - 1) & 0xffffff : 0;
  return {
    frames,
    bytes,
    delaySamples: isKnown ? delayAndPadding >> 12 : null,
    paddingSamples: delayAndPadding & 0xfff,
  };
}

/** Layer III, between the header and the sound. */
function sideInfoBytes({ isMpeg1, channels }: Mp3FrameHeader): number {
  if (isMpeg1) return channels === 1 ? 17 : 32;
  return channels === 1 ? 9 : 17;
}

function textAt(bytes: Uint8Array, start: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + FIELD_BYTES));
}
