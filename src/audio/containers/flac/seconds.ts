/** The length of a FLAC file by its STREAMINFO block. */
import { requireSampleRate } from "../../budget/bounds.ts";
import type { ByteSource } from "../../bytes/source.ts";
import { readFlacInfo } from "./decode.ts";

/** Null where the encoder did not know. */
export async function flacSeconds(source: ByteSource): Promise<number | null> {
  const { totalFrames, sampleRateHz } = await readFlacInfo(source);
  requireSampleRate(sampleRateHz);
  return totalFrames === 0 ? null : totalFrames / sampleRateHz;
}
