/** The first bytes of a WAV file: which of its kinds it is and where it says that it ends. */

import { viewOf } from "../../../bytes.ts";
import { fourCharacters } from "../../bytes/marks.ts";
import type { ByteSource } from "../../bytes/source.ts";
import { truncatedFile } from "../../faults.ts";
import { LOWEST_PLACEHOLDER_BYTES, readChunkHeader, skipChunk } from "../riff/chunks.ts";

/** Sizes as the file's headers tell them, infinite where they do not. */
export interface WavSizes {
  /** The end of the file. */
  readonly fileEnd: number;
  /** The size that stands for the data chunk's where that is a placeholder. */
  readonly dataBytes: number;
}

const RIFF_HEADER_BYTES = 12;
const RIFF_PREFIX_BYTES = 8;
const DS64_BYTES = 16;
/**
 * Takes the RIFF header, and the ds64 chunk of a 64-bit file (RF64, EBU Tech 3306; BW64, ITU-R BS.2088).
 * @throws UndertoneError `clip-truncated`.
 */
export async function readWavSizes(source: ByteSource): Promise<WavSizes> {
  const header = await source.read(RIFF_HEADER_BYTES);
  if (header.length < RIFF_HEADER_BYTES)
    throw truncatedFile("WAV", "before its RIFF header is complete");
  if (fourCharacters(header) !== "RIFF") return readDs64(source);
  return { fileEnd: fileEndOf(viewOf(header).getUint32(4, true)), dataBytes: Infinity };
}

async function readDs64(source: ByteSource): Promise<WavSizes> {
  const unknown = { fileEnd: Infinity, dataBytes: Infinity };
  if (fourCharacters(await source.peek(4)) !== "ds64") return unknown;
  const chunk = await readChunkHeader(source, true);
  const sizes = await source.read(DS64_BYTES);
  if (chunk === null || sizes.length < DS64_BYTES)
    throw truncatedFile("WAV", "within its 'ds64' chunk");
  const [riffBytes, dataBytes] = [0, 8].map((at) => readUint64(sizes, at)) as [number, number];
  await skipChunk(source, chunk);
  return { fileEnd: fileEndOf(riffBytes), dataBytes: isUnknown(dataBytes) ? Infinity : dataBytes };
}

function fileEndOf(riffBytes: number): number {
  return isUnknown(riffBytes) ? Infinity : riffBytes + RIFF_PREFIX_BYTES;
}

function isUnknown(bytes: number): boolean {
  return bytes === 0 || bytes >= LOWEST_PLACEHOLDER_BYTES;
}

function readUint64(bytes: Uint8Array, offset: number): number {
  return Number(viewOf(bytes).getBigUint64(offset, true));
}
