/** How long a clip is by its header alone, for whoever has to say before decoding whether it is too long. */
import { UndertoneError } from "../../errors.ts";
import { type ByteSource, byteSource } from "../bytes/source.ts";
import { createClipPart } from "../clip/part.ts";
import type { ClipLimits, ClipSelection } from "../clip.ts";
import { findAiffData } from "../containers/aiff/decode.ts";
import { readFlacInfo } from "../containers/flac/decode.ts";
import { fileBytes as fileBytesOf } from "../containers/mp4/bytes.ts";
import { readMovieTrack } from "../containers/mp4/decode.ts";
import { heardSeconds } from "../containers/mp4/length.ts";
import { readSphereData } from "../containers/sphere/decode.ts";
import { skipTags } from "../containers/streams/tags.ts";
import { findWavData } from "../containers/wav/data.ts";
import { readWavSizes } from "../containers/wav/header.ts";
import { type ClipFormat, SNIFFED_BYTES, sniffFormat } from "../detect/format.ts";
import type { PcmData, PcmFormat } from "../pcm/blocks.ts";
import { pcmSampleBytes } from "../pcm/layout.ts";
import { requireDescribed, requireSampleRate } from "./bounds.ts";
import { createDecodeBudget } from "./budget.ts";

/** A header that is not within the first bytes of a file is not looked for. */
const HEADER_BYTES = 2 ** 20;
/** Encoders pad MP4's packets at both ends, and not all say so. */
const PADDING_SECONDS = 0.1;
const RULER_HZ = 1_000_000;

/** Reads a header; `fileBytes` go on from where `source` begins. Null if it does not tell. */
type ReadSeconds = (
  source: ByteSource,
  fileBytes: number,
  track: number | undefined,
) => Promise<number | null>;

const READERS: Partial<Record<ClipFormat, ReadSeconds>> = {
  wav: wavSeconds,
  rf64: wavSeconds,
  aiff: aiffSeconds,
  sphere: sphereSeconds,
  flac: flacSeconds,
  mp4: mp4Seconds,
};

/**
 * The seconds that a file's header promises and its size does not contradict; null if it promises nothing or cannot be read.
 * Nothing is decoded, and no more than the first MiB is looked at.
 * @param track which of the file's audio tracks, from 0; the first that can be read if left out
 */
export async function declaredSeconds(file: Uint8Array, track?: number): Promise<number | null> {
  const start = byteSource([file.subarray(0, HEADER_BYTES)], createDecodeBudget());
  try {
    const source = await skipTags(start);
    const tagBytes = start.position;
    const format = sniffFormat(await source.peek(SNIFFED_BYTES));
    const read = format === null ? undefined : READERS[format];
    return (await read?.(source, file.length - tagBytes, track)) ?? null;
  } catch (error) {
    if (error instanceof UndertoneError) return null;
    throw error;
  }
}

/**
 * Refuses a file whose header promises more than is taken of it.
 * @throws UndertoneError `clip-too-long`, as decoding it would.
 */
export async function requireDeclaredFits(
  file: Uint8Array,
  selection: ClipSelection,
  limits: ClipLimits,
): Promise<void> {
  const seconds = await declaredSeconds(file, selection.track);
  if (seconds !== null) {
    createClipPart(RULER_HZ, selection, limits).take(Math.floor(seconds * RULER_HZ));
  }
}

async function wavSeconds(source: ByteSource, fileBytes: number): Promise<number | null> {
  const data = await findWavData(source, await readWavSizes(source));
  const { format, dataBytes } = data;
  // Samples that came before their format are held, and those of MPEG audio are not counted.
  if (format.kind === "mpeg" || data.source !== source) return null;
  const shortest = format.mayBePadded ? { ...format.pcm, codec: "pcm_s32le" as const } : format.pcm;
  return pcmSeconds({ source, dataBytes, format: shortest }, fileBytes);
}

async function aiffSeconds(source: ByteSource, fileBytes: number): Promise<number | null> {
  const data = await findAiffData(source);
  return data.source === source ? pcmSeconds(data, fileBytes) : null;
}

/** Null for a streamed file, which may go on with another. */
function pcmSeconds({ source, dataBytes, format }: PcmData, fileBytes: number): number | null {
  if (dataBytes === Infinity) return null;
  return secondsOf(format, Math.min(dataBytes, fileBytes - source.position));
}

async function sphereSeconds(source: ByteSource, fileBytes: number): Promise<number> {
  const { format } = await readSphereData(source);
  return secondsOf(format, fileBytes - source.position);
}

/** What is refused for its format is so by whoever decodes it. */
function secondsOf(format: PcmFormat, bytes: number): number {
  requireDescribed(format);
  const { channels, codec, sampleRateHz } = format;
  return Math.floor(bytes / (channels * pcmSampleBytes(codec))) / sampleRateHz;
}

async function flacSeconds(source: ByteSource): Promise<number | null> {
  const { totalFrames, sampleRateHz } = await readFlacInfo(source);
  requireSampleRate(sampleRateHz);
  return totalFrames === 0 ? null : totalFrames / sampleRateHz;
}

async function mp4Seconds(
  source: ByteSource,
  fileBytes: number,
  track: number | undefined,
): Promise<number | null> {
  const { chosen } = await readMovieTrack(source, fileBytesOf(source), track);
  const seconds = heardSeconds(chosen, fileBytes);
  return seconds === null ? null : seconds - PADDING_SECONDS;
}
