/** Opus in a container. */

import type { OpusHead } from "../../codecs/opus/head.ts";
import { createOpusFrames } from "../../codecs/opus/open.ts";
import type { TrackCodec } from "./track.ts";

/** A track of Opus packets. */
export function opusTrack(head: OpusHead): TrackCodec {
  return { codec: "opus", bitsPerSample: null, open: (codecs) => createOpusFrames(codecs, head) };
}
