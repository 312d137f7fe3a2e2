/** The `fmt ` chunk of a WAV file: what its samples are. */
import type { UndertoneError } from "../errors.ts";
import { requireChannelCount, requireSampleRate } from "./bounds.ts";
import { inconsistentHeader, unreadCodec } from "./file-faults.ts";
import { type PcmCodec, pcmSampleBytes } from "./pcm.ts";
import type { PcmFormat } from "./pcm-blocks.ts";
import { viewOf } from "./riff.ts";
import {
  A_LAW_TAG,
  codecName,
  EXTENSIBLE_TAG,
  FLOAT_TAG,
  INTEGER_TAG,
  MU_LAW_TAG,
} from "./wav-tags.ts";

const SMALLEST_BYTES = 16;
const EXTENSIBLE_BYTES = 40;
/** The last 14 bytes of every sub-format GUID that stands for a format tag (mmreg.h, KSDATAFORMAT_SUBTYPE_*). */
const TAG_GUID_TAIL = "000000001000800000aa00389b71";
/** By bytes per sample: fewer valid bits sit at the top of them, so they change no scale. */
const INTEGER_CODECS = ["pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le"] as const;

/**
 * Reads a `fmt ` chunk (WAVEFORMATEX and WAVEFORMATEXTENSIBLE, Microsoft's mmreg.h).
 * @throws UndertoneError `clip-header-inconsistent`, `unsupported-codec`, `channels-unsupported`, `sample-rate-unsupported`.
 */
export function readWavFormat(chunk: Uint8Array): PcmFormat {
  if (chunk.length < SMALLEST_BYTES) {
    throw inconsistent(`its 'fmt ' chunk has ${chunk.length} bytes and needs ${SMALLEST_BYTES}`);
  }
  const view = viewOf(chunk);
  const channels = view.getUint16(2, true);
  const sampleRateHz = view.getUint32(4, true);
  const bytesPerSecond = view.getUint32(8, true);
  const frameBytes = view.getUint16(12, true);
  const bitsPerSample = view.getUint16(14, true);

  const codec = readCodec(chunk, bitsPerSample);
  if (channels === 0) throw inconsistent("it says there are 0 channels");
  if (sampleRateHz === 0) throw inconsistent("it says the sample rate is 0 Hz");
  requireChannelCount(channels);
  const expectedFrameBytes = channels * pcmSampleBytes(codec);
  if (frameBytes !== expectedFrameBytes) {
    throw inconsistent(
      `it says ${frameBytes} bytes per frame, but ${channels} × ${bitsPerSample} bits are ${expectedFrameBytes}`,
    );
  }
  requireSampleRate(sampleRateHz);
  if (bytesPerSecond !== sampleRateHz * frameBytes) {
    throw inconsistent(
      `it says ${bytesPerSecond} bytes per second, but ${sampleRateHz} Hz × ${frameBytes} bytes are ${sampleRateHz * frameBytes}`,
    );
  }
  return { codec, channels, sampleRateHz, bitsPerSample };
}

function readCodec(chunk: Uint8Array, bitsPerSample: number): PcmCodec {
  const tag = viewOf(chunk).getUint16(0, true);
  const subFormat = tag === EXTENSIBLE_TAG ? readSubFormat(chunk, bitsPerSample) : tag;
  const codec = pcmCodec(subFormat, bitsPerSample);
  if (codec === null) throw unsupported(codecName(subFormat, bitsPerSample));
  return codec;
}

function pcmCodec(tag: number, bitsPerSample: number): PcmCodec | null {
  if (tag === INTEGER_TAG) return INTEGER_CODECS[Math.ceil(bitsPerSample / 8) - 1] ?? null;
  if (tag === FLOAT_TAG && bitsPerSample === 32) return "pcm_f32le";
  if (tag === FLOAT_TAG && bitsPerSample === 64) return "pcm_f64le";
  if (tag === A_LAW_TAG && bitsPerSample === 8) return "pcm_alaw";
  if (tag === MU_LAW_TAG && bitsPerSample === 8) return "pcm_mulaw";
  return null;
}

/** The format tag that the sub-format GUID stands for. */
function readSubFormat(chunk: Uint8Array, bitsPerSample: number): number {
  if (chunk.length < EXTENSIBLE_BYTES) {
    throw inconsistent(
      `its extensible 'fmt ' chunk has ${chunk.length} bytes and needs ${EXTENSIBLE_BYTES}`,
    );
  }
  const view = viewOf(chunk);
  const validBits = view.getUint16(18, true);
  if (validBits > bitsPerSample) {
    throw inconsistent(`it says ${validBits} of ${bitsPerSample} bits per sample are valid`);
  }
  const tail = hexadecimal(chunk.subarray(26, EXTENSIBLE_BYTES));
  if (tail !== TAG_GUID_TAIL) {
    throw unsupported(`sub-format ${hexadecimal(chunk.subarray(24, EXTENSIBLE_BYTES))}`);
  }
  return view.getUint16(24, true);
}

function inconsistent(contradiction: string): UndertoneError {
  return inconsistentHeader("WAV", contradiction);
}

function unsupported(codec: string): UndertoneError {
  return unreadCodec(
    "WAV",
    codec,
    "of WAV, integer PCM of 8 to 32 bits, float PCM, A-law and µ-law are read",
  );
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
