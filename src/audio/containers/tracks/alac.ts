/** Apple Lossless in a container. */

import { readAlacCookie } from "../../codecs/alac/cookie.ts";
import { openAlac } from "../../codecs/alac/open.ts";
import type { TrackCodec } from "./track.ts";

/**
 * A track of ALAC packets.
 * @param cookie its set-up data, the 24 bytes without any box around them.
 * @throws UndertoneError what `readAlacCookie` throws.
 */
export function alacTrack(cookie: Uint8Array): TrackCodec {
  const { bitsPerSample } = readAlacCookie(cookie);
  return { codec: "alac", bitsPerSample, open: async () => openAlac(cookie) };
}
