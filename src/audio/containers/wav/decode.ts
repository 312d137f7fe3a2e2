/** WAV files: RIFF/WAVE bytes, the 64-bit RF64 and BW64 too → samples. */

import type { AudioBlock } from "../../block.ts";
import { PIECE_BYTES, portionOf } from "../../bytes/source.ts";
import type { ClipDecoder, DecodeContext } from "../../decoder.ts";
import { decodePcm, type PcmFormat } from "../../pcm/blocks.ts";
import { decodeMp3 } from "../mp3/decode.ts";
import { skipChunk } from "../riff/chunks.ts";
import { type FileKind, leadsToAnotherFile, upToAnotherFile } from "../riff/joined-files.ts";
import { findWavData, type WavData } from "./data.ts";
import type { WavFormat } from "./format.ts";
import { readWavSizes } from "./header.ts";

const WAV_FILES: FileKind = {
  names: ["RIFF", "RF64", "BW64"],
  types: ["WAVE"],
  littleEndian: true,
};

/**
 * Decodes a WAV file: PCM of 8 to 32 bits, 32- and 64-bit float, A-law and µ-law, plain or WAVE_FORMAT_EXTENSIBLE, and MPEG
 * audio; streamed files too. The samples go on to the end of their chunk or of the file, whichever comes first. Of files that
 * were joined the first is decoded. Holds the samples of a file whose `fmt ` chunk comes after them.
 * @throws UndertoneError `clip-truncated` or `clip-too-short` without a whole frame, `clip-header-inconsistent`,
 *   `unsupported-codec`, `clip-damaged` of MPEG audio.
 */
export const decodeWav: ClipDecoder = async function* (source, context) {
  const found = await findWavData(source, await readWavSizes(source));
  const { start, dataBytes } = found;
  const isStreamed = dataBytes === Infinity;
  const data = isStreamed ? { ...found, source: upToAnotherFile(found.source, WAV_FILES) } : found;
  const { format } = data;
  yield* format.kind === "mpeg" ? decodeMpeg(data, context) : decodeSamples(data, format, context);
  if (data.source === source) {
    await skipChunk(source, { id: "data", start, declaredBytes: dataBytes });
  }
  if (await leadsToAnotherFile(source, WAV_FILES)) context.notice("second-clip");
};

async function* decodeSamples(
  data: WavData,
  format: WavFormat & { readonly kind: "pcm" },
  context: DecodeContext,
): AsyncGenerator<AudioBlock> {
  const pcm = (await isPadded(data, format)) ? padded(format.pcm) : format.pcm;
  context.describe({ container: "wav", ...pcm });
  yield* decodePcm("WAV", { ...data, format: pcm }, context);
}

/** True if samples take four bytes though they have three: then the lowest byte of each is 0. */
async function isPadded(
  { source, dataBytes }: WavData,
  { mayBePadded }: WavFormat & { readonly kind: "pcm" },
): Promise<boolean> {
  if (!mayBePadded) return false;
  const bytes = await source.peek(Math.min(dataBytes, PIECE_BYTES));
  return bytes.every((byte, index) => index % 4 !== 0 || byte === 0);
}

function padded(pcm: PcmFormat): PcmFormat {
  return { ...pcm, codec: "pcm_s32le" };
}

/** The frames of the samples' chunk are those of an MP3 file. */
async function* decodeMpeg(
  { source, dataBytes, fileEnd }: WavData,
  context: DecodeContext,
): AsyncGenerator<AudioBlock> {
  const frames = portionOf(source, dataBytes);
  yield* decodeMp3(frames, {
    ...context,
    describe: (description) => context.describe({ ...description, container: "wav" }),
  });
  const isCut = Number.isFinite(dataBytes) && frames.position < dataBytes;
  if (isCut && source.position < fileEnd) context.damaged();
}
