/** AMR narrow band in a container. */
import { createAmrFrames } from "../../codecs/amr/open.ts";
import type { TrackCodec } from "./track.ts";

/** A track of packets that hold one frame or several. */
export function amrTrack(): TrackCodec {
  return { codec: "amr_nb", bitsPerSample: null, open: createAmrFrames };
}
