/** Opus in a container. */
import { createOpusFrames } from "../codecs/opus.ts";
import type { OpusHead } from "../codecs/opus-head.ts";
import type { TrackCodec } from "./audio-track.ts";

/** A track of Opus packets. */
export function opusTrack(head: OpusHead): TrackCodec {
  return { codec: "opus", bitsPerSample: null, open: (codecs) => createOpusFrames(codecs, head) };
}
