/** The metadata of answers, in the names that users see. */
import type { ClipInfo } from "../audio/clip.ts";
import type { Pool } from "../model/engine/taps/pooling.ts";
import type { KeptFeatures, ModelStamp } from "../results/computed.ts";

/** The members of a JSON answer that are not numbers of a layer. */
export type FeatureMetadata = ReturnType<typeof featureMetadata>;

/** The model, the audio as received, and the frames of an answer. */
export function featureMetadata(features: KeptFeatures, pool: Pool) {
  return { ...clipMetadata(features), pool };
}

/** The same without what was computed. */
export function clipMetadata(clip: Omit<KeptFeatures, "tensors">) {
  const { model, audio, frames, frameStrideSeconds, windows, backend } = clip;
  return {
    model: modelMetadata(model),
    audio: audioMetadata(audio),
    frames,
    frame_stride_seconds: frameStrideSeconds,
    windows,
    backend,
  };
}

/** The pack that made an answer. */
export function modelMetadata(model: ModelStamp) {
  return {
    id: model.id,
    precision: model.precision,
    pack_digest: model.packDigest,
    weights: model.weights,
  };
}

/** The clip as it was received. */
export function audioMetadata(audio: ClipInfo) {
  return {
    container: audio.container,
    codec: audio.codec,
    sample_rate_hz: audio.sampleRateHz,
    channels: audio.channels,
    bits_per_sample: audio.bitsPerSample,
    seconds: audio.seconds,
    ...(audio.track !== undefined && { track: audio.track }),
    channel: audio.channel,
    ...(audio.startSeconds !== undefined && { start: audio.startSeconds }),
    ...(audio.endSeconds !== undefined && { end: audio.endSeconds }),
    warnings: audio.warnings,
  };
}
