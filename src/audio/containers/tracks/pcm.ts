/** PCM in a container: packets of interleaved samples. */
import { UndertoneError } from "../../../errors.ts";
import { requireChannelCount, requireSampleRate } from "../../budget/bounds.ts";
import { type PcmCodec, pcmSampleBytes, readPcm } from "../../pcm/layout.ts";
import type { TrackCodec } from "./track.ts";

/** The storage of a track's samples. */
export interface PcmTrack {
  readonly codec: PcmCodec;
  readonly channels: number;
  readonly sampleRateHz: number;
}

/**
 * A track of samples as they are; packets hold whole frames, a part of one at their end is left.
 * @throws UndertoneError `channels-unsupported`, `sample-rate-unsupported`, `clip-header-inconsistent`.
 */
export function pcmTrack({ codec, channels, sampleRateHz }: PcmTrack): TrackCodec {
  if (channels === 0) {
    throw new UndertoneError(
      "clip-header-inconsistent",
      "The file's audio track says that it has 0 channels; write the file again with a tool that fixes its header, such as ffmpeg.",
    );
  }
  requireChannelCount(channels);
  requireSampleRate(sampleRateHz);
  return {
    codec,
    bitsPerSample: pcmSampleBytes(codec) * 8,
    open: async () => ({
      sampleRateHz,
      decode(packet) {
        const samples = readPcm(packet, codec, channels);
        return samples[0]?.length === 0 ? null : { channels: samples };
      },
      free() {},
    }),
  };
}
