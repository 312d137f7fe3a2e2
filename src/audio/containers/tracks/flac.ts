/** FLAC in a container. */

import { latin1 } from "../../bytes/marks.ts";
import { createFlacFrames } from "../../codecs/flac/open.ts";
import { readStreamInfo, type StreamInfo } from "../../codecs/flac/stream-info.ts";
import type { TrackCodec } from "./track.ts";

const MAGIC = "fLaC";
const BLOCK_HEADER_BYTES = 4;

/** A track of FLAC frames. */
export function flacTrack(info: StreamInfo): TrackCodec {
  return {
    codec: "flac",
    bitsPerSample: info.bitsPerSample,
    open: (codecs) => createFlacFrames(codecs, info),
  };
}

/**
 * A track of FLAC frames, by metadata blocks as containers carry them.
 * @param blocks of which STREAMINFO is the first, with a FLAC file's magic number before it or without.
 * @throws UndertoneError `clip-damaged` if it is not there.
 */
export function flacTrackOf(blocks: Uint8Array): TrackCodec {
  const hasMagic = latin1(blocks.subarray(0, MAGIC.length)) === MAGIC;
  const start = (hasMagic ? MAGIC.length : 0) + BLOCK_HEADER_BYTES;
  return flacTrack(readStreamInfo(blocks.subarray(start)));
}
