/** WAV files: RIFF/WAVE bytes, the 64-bit RF64 and BW64 too → samples. */
import type { UndertoneError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import type { ClipDecoder } from "./decoder.ts";
import { inconsistentHeader, truncatedFile } from "./file-faults.ts";
import { decodePcm, holdBytes, type PcmData, type PcmFormat } from "./pcm-blocks.ts";
import { type Chunk, fourCharacters, readChunkHeader, skipChunk } from "./riff.ts";
import { readWavFormat } from "./wav-format.ts";
import { readWavSizes, UNKNOWN_BYTES, type WavSizes } from "./wav-header.ts";

/** From here up, sizes stand for "not known yet" in a file that sox or espeak-ng wrote to a pipe. */
const LOWEST_PLACEHOLDER_BYTES = 0x7ffff000;
/** More of a `fmt ` chunk than any codec that is read needs. */
const MAX_FORMAT_BYTES = 64;

/**
 * Decodes a WAV file: PCM of 8 to 32 bits, 32- and 64-bit float, A-law and µ-law, plain or WAVE_FORMAT_EXTENSIBLE, streamed
 * files too. Holds the samples of a file whose `fmt ` chunk comes after them.
 * @throws UndertoneError `clip-truncated` or `clip-too-short` without a whole frame, `clip-header-inconsistent`,
 *   `unsupported-codec`.
 */
export const decodeWav: ClipDecoder = async function* (source, context) {
  const data = await findData(source, await readWavSizes(source));
  context.describe({ container: "wav", ...data.format });
  yield* decodePcm("WAV", data, context);
};

async function findData(source: ByteSource, sizes: WavSizes): Promise<PcmData> {
  let format: PcmFormat | undefined;
  let held: Omit<PcmData, "format"> | undefined;
  for (;;) {
    const chunk = await readChunkHeader(source, true);
    if (chunk === null) throw withoutChunk(format ? "data" : "fmt ", sizes, source.position);
    if (chunk.id === "fmt ") format ??= await readFormatChunk(source, chunk);
    if (chunk.id === "data" && held === undefined) {
      const dataBytes = await sampleBytes(source, chunk, sizes);
      if (format) return { source, dataBytes, format };
      held = { source: await holdBytes(source, dataBytes), dataBytes };
    }
    if (format && held) return { ...held, format };
    await skipChunk(source, chunk);
  }
}

async function readFormatChunk(source: ByteSource, chunk: Chunk): Promise<PcmFormat> {
  const wantedBytes = Math.min(chunk.declaredBytes, MAX_FORMAT_BYTES);
  const bytes = await source.read(wantedBytes);
  if (bytes.length < wantedBytes) {
    throw truncatedFile("WAV", "within its 'fmt ' chunk", chunk.declaredBytes - bytes.length);
  }
  return readWavFormat(bytes);
}

function withoutChunk(missing: string, sizes: WavSizes, fileBytes: number): UndertoneError {
  return sizes.fileEnd > fileBytes
    ? truncatedFile("WAV", `before its '${missing}' chunk`)
    : inconsistentHeader("WAV", `it has no '${missing}' chunk`);
}

/** How many bytes of samples there are; infinite for a streamed file, whose samples go on to the end. */
async function sampleBytes(source: ByteSource, data: Chunk, sizes: WavSizes): Promise<number> {
  if (data.declaredBytes === UNKNOWN_BYTES) return sizes.dataBytes;
  if (data.declaredBytes === 0) return (await isEmpty(source, data, sizes)) ? 0 : Infinity;
  const dataEnd = data.start + data.declaredBytes;
  if (Number.isFinite(sizes.fileEnd) && dataEnd > sizes.fileEnd) {
    throw inconsistentHeader(
      "WAV",
      `its 'data' chunk ends at byte ${dataEnd}, the whole file at byte ${sizes.fileEnd}`,
    );
  }
  return data.declaredBytes >= LOWEST_PLACEHOLDER_BYTES ? Infinity : data.declaredBytes;
}

/** Whether a size of 0 is meant: the file says that it goes on, and it does so with another chunk. */
async function isEmpty(source: ByteSource, data: Chunk, { fileEnd }: WavSizes): Promise<boolean> {
  if (!Number.isFinite(fileEnd) || fileEnd <= data.start) return false;
  return /^[\x20-\x7e]{4}$/.test(fourCharacters(await source.peek(4)));
}
