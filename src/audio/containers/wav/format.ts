/** The `fmt ` chunk of a WAV file: what its samples are. */

import { viewOf } from "../../../bytes.ts";
import { toHex } from "../../../crypto/digest.ts";
import { UndertoneError } from "../../../errors.ts";
import { requireChannelCount, requireSampleRate } from "../../budget/bounds.ts";
import { inconsistentHeader, unreadCodec } from "../../faults.ts";
import type { PcmFormat } from "../../pcm/blocks.ts";
import type { PcmCodec } from "../../pcm/layout.ts";
import {
  A_LAW_TAG,
  codecName,
  EXTENSIBLE_TAG,
  FLOAT_TAG,
  INTEGER_TAG,
  isMpegTag,
  MU_LAW_TAG,
} from "./tags.ts";

/** The format of the samples by the `fmt ` chunk alone. */
export type WavFormat =
  /** `mayBePadded`: by its frame size, each sample of three bytes or less may take four. */
  | { readonly kind: "pcm"; readonly pcm: PcmFormat; readonly mayBePadded: boolean }
  /** MPEG audio, whose frames say the rest. */
  | { readonly kind: "mpeg" };

const SMALLEST_BYTES = 16;
const EXTENSIBLE_BYTES = 40;
const PADDED_SAMPLE_BYTES = 4;
/** The last 14 bytes of every sub-format GUID that stands for a format tag (mmreg.h, KSDATAFORMAT_SUBTYPE_*). */
const TAG_GUID_TAIL = "000000001000800000aa00389b71";
/** Of those that stand for a stream wrapped for S/PDIF (IEC 61937), whose first two bytes are no format tags. */
const WRAPPED_GUID_TAIL = "0000ea0c1000800000aa00389b71";
/** By bytes per sample: fewer valid bits sit at the top of them, so they change no scale. */
const INTEGER_CODECS = ["pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le"] as const;

/**
 * Reads a `fmt ` chunk (WAVEFORMATEX and WAVEFORMATEXTENSIBLE, Microsoft's mmreg.h). Bytes per second and per frame are often
 * wrong and follow from the rest, so that they are not compared with it.
 * @throws UndertoneError `clip-header-inconsistent`, `unsupported-codec`, `channels-unsupported`, `sample-rate-unsupported`.
 */
export function readWavFormat(chunk: Uint8Array): WavFormat {
  if (chunk.length < SMALLEST_BYTES) {
    throw inconsistent(`its 'fmt ' chunk has ${chunk.length} bytes and needs ${SMALLEST_BYTES}`);
  }
  const view = viewOf(chunk);
  const channels = view.getUint16(2, true);
  const sampleRateHz = view.getUint32(4, true);
  const frameBytes = view.getUint16(12, true);
  const bitsPerSample = view.getUint16(14, true);

  const tag = view.getUint16(0, true);
  const subFormat = tag === EXTENSIBLE_TAG ? readSubFormat(chunk) : tag;
  if (isMpegTag(subFormat)) return { kind: "mpeg" };
  const codec = requireCodec(subFormat, bitsPerSample);
  if (channels === 0) throw inconsistent("it says there are 0 channels");
  if (sampleRateHz === 0) throw inconsistent("it says the sample rate is 0 Hz");
  requireChannelCount(channels);
  requireSampleRate(sampleRateHz);
  return {
    kind: "pcm",
    pcm: { codec, channels, sampleRateHz, bitsPerSample: isLaw(codec) ? 8 : bitsPerSample },
    mayBePadded: codec === "pcm_s24le" && frameBytes === channels * PADDED_SAMPLE_BYTES,
  };
}

function requireCodec(tag: number, bitsPerSample: number): PcmCodec {
  if (tag === A_LAW_TAG) return "pcm_alaw";
  if (tag === MU_LAW_TAG) return "pcm_mulaw";
  if (bitsPerSample === 0 && (tag === INTEGER_TAG || tag === FLOAT_TAG)) throw withoutFrameSize();
  if (tag === INTEGER_TAG) {
    const codec = INTEGER_CODECS[Math.ceil(bitsPerSample / 8) - 1];
    if (codec !== undefined) return codec;
  }
  if (tag === FLOAT_TAG && bitsPerSample === 32) return "pcm_f32le";
  if (tag === FLOAT_TAG && bitsPerSample === 64) return "pcm_f64le";
  throw unsupported(codecName(tag, bitsPerSample));
}

function isLaw(codec: PcmCodec): boolean {
  return codec === "pcm_alaw" || codec === "pcm_mulaw";
}

/**
 * The format tag that the sub-format GUID begins with. GUIDs of other families have the same tags at their front, such as
 * those of B-format, and some programs leave the rest 0.
 */
function readSubFormat(chunk: Uint8Array): number {
  if (chunk.length < EXTENSIBLE_BYTES) {
    throw inconsistent(
      `its extensible 'fmt ' chunk has ${chunk.length} bytes and needs ${EXTENSIBLE_BYTES}`,
    );
  }
  const tag = viewOf(chunk).getUint16(24, true);
  const tail = toHex(chunk.subarray(26, EXTENSIBLE_BYTES));
  const isPcm = [INTEGER_TAG, FLOAT_TAG, A_LAW_TAG, MU_LAW_TAG].includes(tag);
  if (tail === TAG_GUID_TAIL || (isPcm && tail !== WRAPPED_GUID_TAIL)) return tag;
  throw unsupported(`sub-format ${toHex(chunk.subarray(24, EXTENSIBLE_BYTES))}`);
}

function withoutFrameSize(): UndertoneError {
  return new UndertoneError(
    "clip-header-inconsistent",
    "The WAV header says that a sample has 0 bits, so the size of a frame cannot be derived; export it again, or name its format if you know it, for example with: ffmpeg -f s16le -ar 16000 -ac 1 -i in.wav out.wav",
  );
}

function inconsistent(contradiction: string): UndertoneError {
  return inconsistentHeader("WAV", contradiction);
}

function unsupported(codec: string): UndertoneError {
  return unreadCodec(
    "WAV",
    codec,
    "of WAV, integer PCM of 8 to 32 bits, float PCM, A-law, µ-law and MP3 are read",
  );
}
