/** Vorbis in a container that keeps its headers apart from its packets. */

import type { VorbisHeaders } from "../../codecs/vorbis/headers.ts";
import { createVorbisFrames } from "../../codecs/vorbis/open.ts";
import { damaged } from "../../faults.ts";
import { xiphLaced } from "../matroska/lacing.ts";
import type { TrackCodec } from "./track.ts";

const HEADERS = 3;

/**
 * A track of Vorbis packets.
 * @param laced its three headers, laced together as Matroska does (RFC 9559, section 5.1.4.1.22).
 * @throws UndertoneError `clip-damaged` if they are not three.
 */
export function vorbisTrack(laced: Uint8Array): TrackCodec {
  const headers = splitHeaders(laced);
  return {
    codec: "vorbis",
    bitsPerSample: null,
    open: (codecs) => createVorbisFrames(codecs, headers),
  };
}

function splitHeaders(laced: Uint8Array): VorbisHeaders {
  if (laced[0] !== HEADERS - 1) throw damaged("it has no Vorbis headers");
  const [identification, , setup] = xiphLaced(laced.subarray(1), HEADERS);
  if (identification === undefined || setup === undefined)
    throw damaged("it has no Vorbis headers");
  return { identification, setup };
}
