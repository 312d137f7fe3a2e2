/** PCM as a stream: the bytes of samples as they arrive in, blocks out. */

import type { AudioBlock } from "../block.ts";
import { type ByteSource, PIECE_BYTES, sourceWithin } from "../bytes/source.ts";
import type { DecodeContext } from "../decoder.ts";
import { emptyFile, truncatedFile } from "../faults.ts";
import { type PcmCodec, pcmSampleBytes, readPcm } from "./layout.ts";

/** The format of PCM samples. */
export interface PcmFormat {
  readonly codec: PcmCodec;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly bitsPerSample: number;
}

/** Interleaved samples that come next in a source. */
export interface PcmData {
  readonly source: ByteSource;
  readonly format: PcmFormat;
  /** Infinite if they go on to the end. */
  readonly dataBytes: number;
  /** The end of the file in `source` by another field of its header: bytes beyond it were never written. */
  readonly fileEnd?: number;
}

/**
 * Decodes whole frames; a part of one at the end is left.
 * @param kind such as `WAV`, for messages
 * @throws UndertoneError `clip-truncated` or `clip-too-short` if there is not one whole frame.
 */
export async function* decodePcm(
  kind: string,
  { source, format, dataBytes, fileEnd = Infinity }: PcmData,
  context: DecodeContext,
): AsyncGenerator<AudioBlock> {
  const { codec, channels } = format;
  const frameBytes = channels * pcmSampleBytes(codec);
  const blockBytes = Math.ceil(PIECE_BYTES / frameBytes) * frameBytes;
  const wholeBytes = Math.floor(dataBytes / frameBytes) * frameBytes;
  let takenBytes = 0;
  while (takenBytes < wholeBytes) {
    const wantedBytes = Math.min(blockBytes, wholeBytes - takenBytes);
    const bytes = await source.read(wantedBytes);
    if (bytes.length >= frameBytes) {
      const block = { channels: readPcm(bytes, codec, channels) };
      await context.budget.block(block, format.sampleRateHz);
      yield block;
    }
    takenBytes += bytes.length;
    if (bytes.length < wantedBytes) break;
  }
  const isCut = Number.isFinite(wholeBytes) && takenBytes < wholeBytes && source.position < fileEnd;
  if (takenBytes >= frameBytes) {
    if (isCut) context.damaged();
    return;
  }
  throw isCut
    ? truncatedFile(kind, "within its samples", wholeBytes - takenBytes)
    : emptyFile(kind);
}

/** Takes `dataBytes` out of the source and keeps them: samples that come before the chunk that says how to read them. */
export async function holdBytes(source: ByteSource, dataBytes: number): Promise<ByteSource> {
  const held: Uint8Array[] = [];
  for (let leftBytes = dataBytes; leftBytes > 0; ) {
    const piece = await source.read(Math.min(PIECE_BYTES, leftBytes));
    if (piece.length === 0) break;
    held.push(piece);
    leftBytes -= piece.length;
  }
  return sourceWithin(held, source);
}
