/** The set-up data of an Apple Lossless track: its "magic cookie". */

import { viewOf } from "../../../bytes.ts";
import { UndertoneError } from "../../../errors.ts";
import { requireSampleRate } from "../../budget/bounds.ts";

/** The set-up data of an ALAC decoder (ALACSpecificConfig of Apple's ALAC format description). */
export interface AlacCookie {
  /** Samples per channel in every packet but the last. */
  readonly frameLength: number;
  readonly bitsPerSample: number;
  readonly channels: number;
  readonly sampleRateHz: number;
  /** The speed at which the mean of the residuals follows them, its start, and the longest Golomb parameter. */
  readonly historyMultiplier: number;
  readonly initialHistory: number;
  readonly longestParameter: number;
}

const COOKIE_BYTES = 24;
/** Encoders write 4096; buffers are made of this length. */
const LONGEST_FRAME = 16_384;
const MOST_CHANNELS = 8;
const SAMPLE_SIZES = [16, 20, 24, 32];

/**
 * Reads a cookie, the 24 bytes without any box around them.
 * @throws UndertoneError `clip-damaged` if it describes nothing that ALAC can hold, `sample-rate-unsupported`.
 */
export function readAlacCookie(bytes: Uint8Array): AlacCookie {
  if (bytes.length < COOKIE_BYTES) throw impossible(`its set-up data has ${bytes.length} bytes`);
  const view = viewOf(bytes);
  const cookie: AlacCookie = {
    frameLength: view.getUint32(0),
    bitsPerSample: view.getUint8(5),
    historyMultiplier: view.getUint8(6),
    initialHistory: view.getUint8(7),
    longestParameter: view.getUint8(8),
    channels: view.getUint8(9),
    sampleRateHz: view.getUint32(20),
  };
  const { frameLength, bitsPerSample, channels, longestParameter, sampleRateHz } = cookie;
  if (frameLength === 0 || frameLength > LONGEST_FRAME) {
    throw impossible(`its frames have ${frameLength} samples`);
  }
  if (!SAMPLE_SIZES.includes(bitsPerSample))
    throw impossible(`its samples have ${bitsPerSample} bits`);
  if (channels === 0 || channels > MOST_CHANNELS) throw impossible(`it has ${channels} channels`);
  if (longestParameter === 0) throw impossible("its Golomb parameter is 0");
  requireSampleRate(sampleRateHz);
  return cookie;
}

function impossible(problem: string): UndertoneError {
  return new UndertoneError(
    "clip-damaged",
    `The file's Apple Lossless track cannot be decoded: ${problem}. Send the file again, or export it anew.`,
  );
}
