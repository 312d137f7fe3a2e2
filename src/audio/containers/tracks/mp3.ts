/** MPEG audio in a container. */
import { createMp3Frames } from "../../codecs/mp3/open.ts";
import type { TrackCodec } from "./track.ts";

/** A track of frames of any layer; they tell which. */
export function mp3Track(): TrackCodec {
  return { codec: "mp3", bitsPerSample: null, open: createMp3Frames };
}
