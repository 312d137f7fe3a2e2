/** AIFF and AIFC files → samples. */
import type { UndertoneError } from "../errors.ts";
import { type AiffFormat, readAiffFormat } from "./aiff-format.ts";
import type { ByteSource } from "./byte-source.ts";
import type { ClipDecoder } from "./decoder.ts";
import { inconsistentHeader, truncatedFile } from "./file-faults.ts";
import { pcmSampleBytes } from "./pcm.ts";
import { decodePcm, holdBytes, type PcmData } from "./pcm-blocks.ts";
import { type Chunk, fourCharacters, readChunkHeader, skipChunk, viewOf } from "./riff.ts";

const FORM_HEADER_BYTES = 12;
const SAMPLES_HEADER_BYTES = 8;
/** From here up, sizes stand for "not known yet" in a file that sox wrote to a pipe. */
const LOWEST_PLACEHOLDER_BYTES = 0x7f000000;
/** More of a COMM chunk than is looked at. */
const MAX_FORMAT_BYTES = 64;

interface Form {
  readonly isCompressed: boolean;
  /** What the header says; 0 in a streamed file. */
  readonly declaredBytes: number;
}

/**
 * Decodes an AIFF file, or an AIFC file of PCM (`twos`, `sowt`, `raw `, `in24`, `in32`, `fl32`, `fl64`, `alaw`, `ulaw`),
 * streamed files too. Holds the samples of a file whose COMM chunk comes after them.
 * @throws UndertoneError `clip-truncated` or `clip-too-short` without a whole frame, `clip-header-inconsistent`,
 *   `unsupported-codec`.
 */
export const decodeAiff: ClipDecoder = async function* (source, context) {
  const { source: samples, format, dataBytes } = await findData(source, await readForm(source));
  const { frames, ...description } = format;
  context.describe({ container: "aiff", ...description });
  const countedBytes = frames * format.channels * pcmSampleBytes(format.codec);
  const isCounted = frames > 0 && Number.isFinite(dataBytes);
  const bytes = isCounted ? Math.min(dataBytes, countedBytes) : dataBytes;
  yield* decodePcm("AIFF", { source: samples, format, dataBytes: bytes }, context);
};

async function readForm(source: ByteSource): Promise<Form> {
  const header = await source.read(FORM_HEADER_BYTES);
  if (header.length < FORM_HEADER_BYTES) {
    throw truncatedFile("AIFF", "before its FORM header is complete");
  }
  return {
    isCompressed: fourCharacters(header, 8) === "AIFC",
    declaredBytes: viewOf(header).getUint32(4),
  };
}

async function findData(
  source: ByteSource,
  form: Form,
): Promise<PcmData & { readonly format: AiffFormat }> {
  let format: AiffFormat | undefined;
  let held: Omit<PcmData, "format"> | undefined;
  for (;;) {
    const chunk = await readChunkHeader(source, false);
    if (chunk === null) throw withoutChunk(format ? "SSND" : "COMM", form, source.position);
    if (chunk.id === "COMM") format ??= await readFormatChunk(source, chunk, form);
    if (chunk.id === "SSND" && held === undefined) {
      const dataBytes = await sampleBytes(source, chunk, form);
      if (format) return { source, dataBytes, format };
      held = { source: await holdBytes(source, dataBytes), dataBytes };
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
async function sampleBytes(source: ByteSource, chunk: Chunk, form: Form): Promise<number> {
  const header = await source.read(SAMPLES_HEADER_BYTES);
  if (header.length < SAMPLES_HEADER_BYTES) throw truncatedFile("AIFF", "within its 'SSND' chunk");
  const offsetBytes = viewOf(header).getUint32(0);
  await source.skip(offsetBytes);
  const isStreamed = chunk.declaredBytes === 0 && form.declaredBytes === 0;
  if (isStreamed || chunk.declaredBytes >= LOWEST_PLACEHOLDER_BYTES) return Infinity;
  return Math.max(0, chunk.declaredBytes - SAMPLES_HEADER_BYTES - offsetBytes);
}

function withoutChunk(missing: string, form: Form, fileBytes: number): UndertoneError {
  const isWhole = form.declaredBytes > 0 && form.declaredBytes + 8 <= fileBytes;
  return isWhole
    ? inconsistentHeader("AIFF", `it has no '${missing}' chunk`)
    : truncatedFile("AIFF", `before its '${missing}' chunk`);
}
