/** What every answer says beside its numbers, in the names that users see. */
import type { KeptFeatures } from "../../featurize.ts";
import type { Pool } from "../../model/pooling.ts";

/** The members of a JSON answer that are not numbers of a layer. */
export type FeatureMetadata = ReturnType<typeof featureMetadata>;

/** The model, the audio as received, and the frames of an answer. */
export function featureMetadata(
  { model, audio, frames, frameStrideSeconds, windows, backend }: KeptFeatures,
  pool: Pool,
) {
  return {
    model: {
      id: model.id,
      precision: model.precision,
      pack_digest: model.packDigest,
      weights: model.weights,
    },
    audio: {
      container: audio.container,
      codec: audio.codec,
      sample_rate_hz: audio.sampleRateHz,
      channels: audio.channels,
      bits_per_sample: audio.bitsPerSample,
      seconds: audio.seconds,
      channel: audio.channel,
      ...(audio.startSeconds !== undefined && { start: audio.startSeconds }),
      ...(audio.endSeconds !== undefined && { end: audio.endSeconds }),
      warnings: audio.warnings,
    },
    frames,
    frame_stride_seconds: frameStrideSeconds,
    windows,
    backend,
    pool,
  };
}
