/** The length of PCM by the number of its bytes. */
import { requireDescribed } from "../budget/bounds.ts";
import type { PcmData, PcmFormat } from "./blocks.ts";
import { pcmSampleBytes } from "./layout.ts";

/** Seconds of the samples that a header declares and the file has; null for a streamed file, which may go on with another. */
export function pcmSeconds(
  { source, dataBytes, format }: PcmData,
  fileBytes: number,
): number | null {
  if (dataBytes === Infinity) return null;
  return secondsOf(format, Math.min(dataBytes, fileBytes - source.position));
}

/**
 * Seconds of so many bytes.
 * @throws UndertoneError `channels-unsupported`, `sample-rate-unsupported`.
 */
export function secondsOf(format: PcmFormat, bytes: number): number {
  requireDescribed(format);
  const { channels, codec, sampleRateHz } = format;
  return Math.floor(bytes / (channels * pcmSampleBytes(codec))) / sampleRateHz;
}
