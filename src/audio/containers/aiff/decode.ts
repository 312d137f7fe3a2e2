/** AIFF and AIFC files → samples. */

import { viewOf } from "../../../bytes.ts";
import type { UndertoneError } from "../../../errors.ts";
import { fourCharacters } from "../../bytes/marks.ts";
import type { ByteSource } from "../../bytes/source.ts";
import type { ClipDecoder } from "../../decoder.ts";
import { inconsistentHeader, truncatedFile } from "../../faults.ts";
import { decodePcm, holdBytes, type PcmData } from "../../pcm/blocks.ts";
import { pcmSampleBytes } from "../../pcm/layout.ts";
import {
  type Chunk,
  LOWEST_PLACEHOLDER_BYTES,
  readChunkHeader,
  skipChunk,
} from "../riff/chunks.ts";
import { type FileKind, leadsToAnotherFile, upToAnotherFile } from "../riff/joined-files.ts";
import { type AiffFormat, readAiffFormat } from "./format.ts";

const FORM_HEADER_BYTES = 12;
const FORM_PREFIX_BYTES = 8;
const SAMPLES_HEADER_BYTES = 8;
/** More of a COMM chunk than is looked at. */
const MAX_FORMAT_BYTES = 64;

const AIFF_FILES: FileKind = { names: ["FORM"], types: ["AIFF", "AIFC"], littleEndian: false };

interface Form {
  readonly isCompressed: boolean;
  /** The end of the file by its header; infinite in a streamed file. */
  readonly fileEnd: number;
}

/** Samples, what they are, and their chunk. */
interface AiffData extends PcmData {
  readonly format: AiffFormat;
  readonly chunk: Chunk;
  /** The bytes of samples by the chunk's own size, whatever the header counts. */
  readonly chunkBytes: number;
}

/**
 * Decodes an AIFF file, or an AIFC file of PCM (`twos`, `sowt`, `raw `, `in24`, `in32`, `fl32`, `fl64`, `alaw`, `ulaw`),
 * streamed files too. Holds the samples of a file whose COMM chunk comes after them.
 * @throws UndertoneError `clip-truncated` or `clip-too-short` without a whole frame, `clip-header-inconsistent`,
 *   `unsupported-codec`.
 */
export const decodeAiff: ClipDecoder = async function* (source, context) {
  const data = await findAiffData(source);
  const { frames, ...description } = data.format;
  context.describe({ container: "aiff", ...description });
  const isStreamed = data.dataBytes === Infinity;
  const samples = isStreamed ? upToAnotherFile(data.source, AIFF_FILES) : data.source;
  yield* decodePcm("AIFF", { ...data, source: samples }, context);
  if (samples === source && Number.isFinite(data.chunkBytes)) await skipChunk(source, data.chunk);
  if (await leadsToAnotherFile(source, AIFF_FILES)) context.notice("second-clip");
};

/**
 * Goes to the samples, of which there are no more than the header counts. Those that come before the COMM chunk are held.
 * @throws UndertoneError `clip-truncated`, `clip-header-inconsistent`, `unsupported-codec`.
 */
export async function findAiffData(source: ByteSource): Promise<AiffData> {
  const found = await findData(source, await readForm(source));
  const dataBytes = Math.min(found.chunkBytes, countedBytes(found.format));
  return { ...found, dataBytes };
}

/** The bytes of the header's count of frames; infinite in a streamed file. */
function countedBytes({ frames, channels, codec }: AiffFormat): number {
  const bytes = frames * channels * pcmSampleBytes(codec);
  return frames === 0 || bytes >= LOWEST_PLACEHOLDER_BYTES ? Infinity : bytes;
}

async function readForm(source: ByteSource): Promise<Form> {
  const header = await source.read(FORM_HEADER_BYTES);
  if (header.length < FORM_HEADER_BYTES) {
    throw truncatedFile("AIFF", "before its FORM header is complete");
  }
  const formBytes = viewOf(header).getUint32(4);
  const isStreamed = formBytes === 0 || formBytes >= LOWEST_PLACEHOLDER_BYTES;
  return {
    isCompressed: fourCharacters(header, 8) === "AIFC",
    fileEnd: isStreamed ? Infinity : formBytes + FORM_PREFIX_BYTES,
  };
}

type FoundData = Omit<AiffData, "dataBytes">;

async function findData(source: ByteSource, form: Form): Promise<FoundData> {
  let format: AiffFormat | undefined;
  let held: Omit<FoundData, "format"> | undefined;
  for (;;) {
    const chunk = await readChunkHeader(source, false);
    if (chunk === null) throw withoutChunk(format ? "SSND" : "COMM", form, source.position);
    if (chunk.id === "COMM") format ??= await readFormatChunk(source, chunk, form);
    if (chunk.id === "SSND" && held === undefined) {
      const chunkBytes = await sampleBytes(source, chunk);
      const fileEnd = form.fileEnd > source.position ? form.fileEnd : Infinity;
      if (format) return { source, chunkBytes, fileEnd, format, chunk };
      const samples = await holdBytes(source, chunkBytes);
      held = { source: samples, chunkBytes, fileEnd: Infinity, chunk };
    }
    if (format && held) return { ...held, format };
    await skipChunk(source, chunk);
  }
}

async function readFormatChunk(
  source: ByteSource,
  chunk: Chunk,
  { isCompressed }: Form,
): Promise<AiffFormat> {
  const wantedBytes = Math.min(chunk.declaredBytes, MAX_FORMAT_BYTES);
  const bytes = await source.read(wantedBytes);
  if (bytes.length < wantedBytes) {
    throw truncatedFile("AIFF", "within its 'COMM' chunk", chunk.declaredBytes - bytes.length);
  }
  return readAiffFormat(bytes, isCompressed);
}

/** Takes what comes before the samples in their chunk; gives how many bytes of them follow, infinite for a streamed file. */
async function sampleBytes(source: ByteSource, { declaredBytes }: Chunk): Promise<number> {
  const header = await source.read(SAMPLES_HEADER_BYTES);
  if (header.length < SAMPLES_HEADER_BYTES) throw truncatedFile("AIFF", "within its 'SSND' chunk");
  const offsetBytes = viewOf(header).getUint32(0);
  await source.skip(offsetBytes);
  const isStreamed = declaredBytes === 0 || declaredBytes >= LOWEST_PLACEHOLDER_BYTES;
  if (isStreamed) return Infinity;
  return Math.max(0, declaredBytes - SAMPLES_HEADER_BYTES - offsetBytes);
}

function withoutChunk(missing: string, { fileEnd }: Form, fileBytes: number): UndertoneError {
  return fileEnd > fileBytes
    ? truncatedFile("AIFF", `before its '${missing}' chunk`)
    : inconsistentHeader("AIFF", `it has no '${missing}' chunk`);
}
