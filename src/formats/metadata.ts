/** The metadata of answers, in the names that users see. */
import type { ClipInfo } from "../audio/clip.ts";
import type { Pool } from "../model/engine/taps/pooling.ts";
import type { FrameSpan } from "../model/engine/windows/quiet.ts";
import type { KeptFeatures, ModelStamp } from "../results/computed.ts";

/** The members of a JSON answer that are not numbers of a layer. */
export type FeatureMetadata = ReturnType<typeof featureMetadata>;

/** The model, the audio as received, and the frames of an answer. */
export function featureMetadata(features: KeptFeatures, pool: Pool) {
  return { ...clipMetadata(features), pool };
}

/** The same without what was computed. */
export function clipMetadata(clip: Omit<KeptFeatures, "tensors">) {
  const { model, audio, frames, silent, frameStrideSeconds, windows, backend } = clip;
  return {
    model: modelMetadata(model),
    audio: audioMetadata(audio),
    frames,
    ...(silent && { silent: silent.map((span) => silentMetadata(span, clip)) }),
    frame_stride_seconds: frameStrideSeconds,
    windows,
    backend,
  };
}

/** Frames that were left out, counted with them, and their seconds in the clip as it was received. */
function silentMetadata(
  { firstFrame, frames }: FrameSpan,
  { audio, frameStrideSeconds }: Omit<KeptFeatures, "tensors">,
) {
  const seconds = (frame: number) =>
    Number(((audio.startSeconds ?? 0) + frame * frameStrideSeconds).toFixed(4));
  return {
    frame: firstFrame,
    frames,
    start: seconds(firstFrame),
    end: seconds(firstFrame + frames),
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
