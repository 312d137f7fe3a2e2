/** AAC in a container. */

import { openAac } from "../../codecs/aac/open.ts";
import { readAudioSpecificConfig } from "../../codecs/aac/setup/audio-specific-config.ts";
import { damaged } from "../../faults.ts";
import type { TrackCodec } from "./track.ts";

const ESCAPED = 31;

/** Which kind of MPEG-4 audio set-up data are for (ISO/IEC 14496-3, table 1.17); 0 if there are none. */
export function audioObjectType([first = 0, second = 0]: Uint8Array): number {
  const short = first >> 3;
  return short === ESCAPED ? 32 + (((first & 7) << 3) | (second >> 5)) : short;
}

/**
 * A track of AAC access units.
 * @param audioSpecificConfig its set-up data.
 * @throws UndertoneError `unsupported-codec` naming a kind of MPEG-4 audio that is not read, `clip-damaged`.
 */
export function aacTrack(audioSpecificConfig: Uint8Array): TrackCodec {
  if (audioSpecificConfig.length === 0) {
    throw damaged("its AAC track comes without a configuration");
  }
  const config = readAudioSpecificConfig(audioSpecificConfig);
  return { codec: "aac", bitsPerSample: null, open: async () => openAac(config) };
}
