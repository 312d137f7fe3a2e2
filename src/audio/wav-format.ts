/** The `fmt ` chunk of a WAV file: what its samples are. */
import { UndertoneError } from "../errors.ts";
import { requireChannelCount, requireSampleRate } from "./bounds.ts";
import type { PcmCodec } from "./pcm.ts";
import { viewOf } from "./riff.ts";
import { codecName, EXTENSIBLE_TAG, FLOAT_TAG, INTEGER_TAG } from "./wav-tags.ts";

/** Layout of a WAV file's samples; a frame is one sample of every channel. */
export interface WavFormat {
  readonly codec: PcmCodec;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly bitsPerSample: number;
  readonly frameBytes: number;
}

const SMALLEST_BYTES = 16;
const EXTENSIBLE_BYTES = 40;
/** The last 14 bytes of every sub-format GUID that stands for a format tag (mmreg.h, KSDATAFORMAT_SUBTYPE_*). */
const TAG_GUID_TAIL = "000000001000800000aa00389b71";

/**
 * Reads a `fmt ` chunk (WAVEFORMATEX and WAVEFORMATEXTENSIBLE, Microsoft's mmreg.h).
 * @throws UndertoneError `clip-header-inconsistent`, `unsupported-codec`, `channels-unsupported`, `sample-rate-unsupported`.
 */
export function readWavFormat(chunk: Uint8Array): WavFormat {
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
  if (frameBytes !== (channels * bitsPerSample) / 8) {
    throw inconsistent(
      `it says ${frameBytes} bytes per frame, but ${channels} × ${bitsPerSample} bits are ${(channels * bitsPerSample) / 8}`,
    );
  }
  requireSampleRate(sampleRateHz);
  if (bytesPerSecond !== sampleRateHz * frameBytes) {
    throw inconsistent(
      `it says ${bytesPerSecond} bytes per second, but ${sampleRateHz} Hz × ${frameBytes} bytes are ${sampleRateHz * frameBytes}`,
    );
  }
  return { codec, channels, sampleRateHz, bitsPerSample, frameBytes };
}

/** The error of a header whose fields cannot all be true. */
export function inconsistent(contradiction: string): UndertoneError {
  return new UndertoneError(
    "clip-header-inconsistent",
    `The WAV header contradicts itself: ${contradiction}; write the file again with a tool that fixes its header, such as ffmpeg.`,
  );
}

function readCodec(chunk: Uint8Array, bitsPerSample: number): PcmCodec {
  const tag = viewOf(chunk).getUint16(0, true);
  const subFormat = tag === EXTENSIBLE_TAG ? readSubFormat(chunk, bitsPerSample) : tag;
  if (subFormat === INTEGER_TAG && bitsPerSample === 16) return "pcm_s16le";
  if (subFormat === INTEGER_TAG && bitsPerSample === 24) return "pcm_s24le";
  if (subFormat === INTEGER_TAG && bitsPerSample === 32) return "pcm_s32le";
  if (subFormat === FLOAT_TAG && bitsPerSample === 32) return "pcm_f32le";
  throw unsupported(codecName(subFormat, bitsPerSample));
}

/** The format tag that the sub-format GUID stands for; valid bits sit at the top of their container, so they change no scale. */
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

function unsupported(name: string): UndertoneError {
  return new UndertoneError(
    "unsupported-codec",
    `The WAV file holds ${name}, and this version reads 16-, 24- and 32-bit integer and 32-bit float PCM; convert it, for example with: ffmpeg -i in.wav -c:a pcm_s16le out.wav`,
    { codec: name },
  );
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
