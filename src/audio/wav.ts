/** WAV files: RIFF/WAVE bytes → samples. */
import { UndertoneError } from "../errors.ts";
import { requireClipLength } from "./bounds.ts";
import type { ClipLimits, DecodedClip } from "./clip.ts";
import { readPcm, requireFinite } from "./pcm.ts";
import { isChunkSequence, type RiffChunk, viewOf, walkChunks } from "./riff.ts";
import { inconsistent, readWavFormat } from "./wav-format.ts";

const RIFF_HEADER_BYTES = 12;
/** Sizes that stand for "not known yet" in a file written to a pipe: ffmpeg's, and from here up those of sox and espeak-ng. */
const UNKNOWN_BYTES = 0xffffffff;
const LOWEST_PLACEHOLDER_BYTES = 0x7ffff000;

/**
 * Decodes a WAV file: PCM of 16, 24 or 32 bits or 32-bit float, plain or WAVE_FORMAT_EXTENSIBLE, streamed files too.
 * @param bytes the whole file, known to begin with as much of a RIFF/WAVE header as there is.
 * @throws UndertoneError `clip-truncated`, `clip-header-inconsistent`, `unsupported-codec`, `channels-unsupported`,
 *   `sample-rate-unsupported`, `clip-too-short`, `clip-too-long`, `clip-samples-not-finite`.
 */
export function decodeWav(bytes: Uint8Array, limits: ClipLimits): DecodedClip {
  if (bytes.length < RIFF_HEADER_BYTES) throw truncated("before its RIFF header is complete");
  const { format: formatChunk, data } = findChunks(bytes);
  const format = readWavFormat(chunkBytes(bytes, formatChunk));
  const dataBytes = sampleBytes(bytes, data);
  const frames = Math.floor(dataBytes / format.frameBytes);
  if (frames === 0) {
    throw new UndertoneError(
      "clip-too-short",
      "The WAV file holds no samples; send one that was recorded to its end.",
      { samples: 0 },
    );
  }
  const seconds = frames / format.sampleRateHz;
  requireClipLength(seconds, limits);

  const channels = readPcm(
    bytes.subarray(data.start, data.start + dataBytes),
    format.codec,
    format.channels,
    format.bitsPerSample / 8,
  );
  if (format.codec === "pcm_f32le") requireFinite(channels, format.sampleRateHz);
  return {
    info: {
      container: "wav",
      codec: format.codec,
      sampleRateHz: format.sampleRateHz,
      channels: format.channels,
      bitsPerSample: format.bitsPerSample,
      seconds,
    },
    channels,
  };
}

function findChunks(bytes: Uint8Array): { format: RiffChunk; data: RiffChunk } {
  let format: RiffChunk | undefined;
  let data: RiffChunk | undefined;
  for (const chunk of walkChunks(bytes, RIFF_HEADER_BYTES)) {
    if (chunk.id === "fmt ") format ??= chunk;
    if (chunk.id === "data") data ??= chunk;
    if (format && data) return { format, data };
  }
  const missing = format ? "data" : "fmt ";
  const end = riffEnd(bytes);
  if (end === null || end > bytes.length) throw truncated(`before its '${missing}' chunk`);
  throw inconsistent(`it has no '${missing}' chunk`);
}

function chunkBytes(bytes: Uint8Array, chunk: RiffChunk): Uint8Array {
  const missingBytes = chunk.start + chunk.declaredBytes - bytes.length;
  if (missingBytes > 0) throw truncated(`within its '${chunk.id}' chunk`, missingBytes);
  return bytes.subarray(chunk.start, chunk.start + chunk.declaredBytes);
}

/** How many bytes of samples there are; a streamed file's go on to the end. */
function sampleBytes(bytes: Uint8Array, data: RiffChunk): number {
  const availableBytes = bytes.length - data.start;
  if (data.declaredBytes === UNKNOWN_BYTES) return availableBytes;
  if (data.declaredBytes === 0) return isChunkSequence(bytes, data.start) ? 0 : availableBytes;

  const dataEnd = data.start + data.declaredBytes;
  const end = riffEnd(bytes);
  if (end !== null && dataEnd > end) {
    throw inconsistent(`its 'data' chunk ends at byte ${dataEnd}, the whole file at byte ${end}`);
  }
  if (data.declaredBytes >= LOWEST_PLACEHOLDER_BYTES) return availableBytes;
  if (dataEnd > bytes.length) {
    throw truncated("within its samples", dataEnd - bytes.length);
  }
  return data.declaredBytes;
}

/** Where the file ends by its RIFF header, or null where a streamed file does not say. */
function riffEnd(bytes: Uint8Array): number | null {
  const riffBytes = viewOf(bytes).getUint32(4, true);
  return riffBytes === 0 || riffBytes === UNKNOWN_BYTES ? null : riffBytes + 8;
}

function truncated(where: string, missingBytes?: number): UndertoneError {
  const amount = missingBytes === undefined ? "" : `, ${missingBytes} bytes short`;
  return new UndertoneError(
    "clip-truncated",
    `The WAV file ends ${where}${amount}; send the whole file.`,
    missingBytes === undefined ? {} : { missingBytes },
  );
}
