/** The chunks of a WAV file up to its samples. */

import { viewOf } from "../../../bytes.ts";
import type { UndertoneError } from "../../../errors.ts";
import { fourCharacters } from "../../bytes/marks.ts";
import type { ByteSource } from "../../bytes/source.ts";
import { inconsistentHeader, truncatedFile } from "../../faults.ts";
import { holdBytes } from "../../pcm/blocks.ts";
import {
  type Chunk,
  isChunkName,
  LOWEST_PLACEHOLDER_BYTES,
  readChunkHeader,
  skipChunk,
} from "../riff/chunks.ts";
import { readWavFormat, type WavFormat } from "./format.ts";
import type { WavSizes } from "./header.ts";

/** Samples that come next in `source`. */
export interface WavData {
  readonly source: ByteSource;
  readonly format: WavFormat;
  /** Their position in `source`. */
  readonly start: number;
  /** Infinite for a streamed file, whose samples go on to the end. */
  readonly dataBytes: number;
  /** The end of the file by its RIFF header; infinite where it says nothing, or a place before the samples. */
  readonly fileEnd: number;
}

/** More of a `fmt ` chunk than any codec that is read needs. */
const MAX_FORMAT_BYTES = 64;
/** The length of `fmt ` chunks, whatever size some of them claim. */
const USUAL_FORMAT_BYTES = [16, 18, 20, 40];
/** The bytes that are searched for a chunk, and the number of searches in one file. */
const SEARCHED_BYTES = 65_536;
const MOST_SEARCHES = 4;

/**
 * Goes to the samples. Those that come before the `fmt ` chunk are held.
 * @throws UndertoneError `clip-truncated`, `clip-header-inconsistent` and what reading the format throws.
 */
export async function findWavData(source: ByteSource, sizes: WavSizes): Promise<WavData> {
  let format: WavFormat | undefined;
  let held: Omit<WavData, "format"> | undefined;
  let searches = 0;
  for (;;) {
    const isLost = !isChunkName(fourCharacters(await source.peek(4)));
    if (isLost && searches++ < MOST_SEARCHES) await goToChunk(source);
    const chunk = await readChunkHeader(source, true);
    if (chunk === null) throw withoutChunk(format ? "data" : "fmt ", sizes, source.position);
    if (chunk.id === "fmt " && format === undefined) {
      format = await takeFormatChunk(source, chunk);
      if (held) return { ...held, format };
      continue;
    }
    if (chunk.id === "data" && held === undefined) {
      const dataBytes = await sampleBytes(source, chunk, sizes);
      const fileEnd = sizes.fileEnd > chunk.start ? sizes.fileEnd : Infinity;
      if (format) return { source, format, start: chunk.start, dataBytes, fileEnd };
      const samples = await holdBytes(source, dataBytes);
      held = { source: samples, start: 0, dataBytes, fileEnd: Infinity };
    }
    await skipChunk(source, chunk);
  }
}

/** Goes to the next `fmt ` or `data`, if one is near: for places where no chunk stands, as behind one of a wrong size. */
async function goToChunk(source: ByteSource): Promise<void> {
  const bytes = await source.peek(SEARCHED_BYTES);
  for (let at = 0; at + 4 <= bytes.length; at++) {
    const name = fourCharacters(bytes, at);
    if (name === "fmt " || name === "data") return void (await source.skip(at));
  }
}

/** Takes all of a `fmt ` chunk: up to where the next chunk begins if that is not where its size says. */
async function takeFormatChunk(source: ByteSource, chunk: Chunk): Promise<WavFormat> {
  const bytes = await source.peek(MAX_FORMAT_BYTES);
  if (bytes.length < Math.min(chunk.declaredBytes, MAX_FORMAT_BYTES)) {
    throw truncatedFile("WAV", "within its 'fmt ' chunk", chunk.declaredBytes - bytes.length);
  }
  const format = readWavFormat(bytes.subarray(0, chunk.declaredBytes));
  const isNameAt = (at: number) => isChunkName(fourCharacters(bytes, at));
  const isBelieved = chunk.declaredBytes > MAX_FORMAT_BYTES - 4 || isNameAt(chunk.declaredBytes);
  const end = isBelieved ? undefined : USUAL_FORMAT_BYTES.find(isNameAt);
  await skipChunk(source, end === undefined ? chunk : { ...chunk, declaredBytes: end });
  return format;
}

function withoutChunk(missing: string, sizes: WavSizes, fileBytes: number): UndertoneError {
  return sizes.fileEnd > fileBytes
    ? truncatedFile("WAV", `before its '${missing}' chunk`)
    : inconsistentHeader("WAV", `it has no '${missing}' chunk`);
}

/** The bytes of samples by the header. */
async function sampleBytes(source: ByteSource, data: Chunk, sizes: WavSizes): Promise<number> {
  if (data.declaredBytes >= LOWEST_PLACEHOLDER_BYTES) return sizes.dataBytes;
  if (data.declaredBytes === 0 && !(await isEmpty(source, data, sizes))) return Infinity;
  return data.declaredBytes;
}

/** True if a size of 0 is meant: the file says that it goes on, and does so with a chunk that it has room for. */
async function isEmpty(source: ByteSource, data: Chunk, { fileEnd }: WavSizes): Promise<boolean> {
  if (!Number.isFinite(fileEnd) || fileEnd <= data.start) return false;
  const next = await source.peek(8);
  if (next.length < 8 || !isChunkName(fourCharacters(next))) return false;
  return data.start + 8 + viewOf(next).getUint32(4, true) <= fileEnd;
}
