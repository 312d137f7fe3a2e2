/** AAC in a container. */
import { UndertoneError } from "../../errors.ts";
import { createAacFrames } from "../codecs/aac.ts";
import type { TrackCodec } from "./audio-track.ts";
import { damaged } from "./broken-file.ts";

/** Kinds of MPEG-4 audio that share AAC's set-up data and are not read, by audio object type (ISO/IEC 14496-3, table 1.17). */
const UNREAD: Readonly<Record<number, string>> = {
  6: "scalable AAC",
  8: "CELP",
  9: "HVXC",
  20: "scalable AAC",
  24: "CELP",
  25: "HVXC",
  36: "MPEG-4 ALS",
  39: "AAC-ELD",
  42: "xHE-AAC (USAC)",
};
const ESCAPED = 31;

/** Which kind of MPEG-4 audio set-up data are for; 0 if there are none. */
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
  const name = UNREAD[audioObjectType(audioSpecificConfig)];
  if (name !== undefined) {
    throw new UndertoneError(
      "unsupported-codec",
      `The file's sound is ${name}, which is not read; convert it, for example with: ffmpeg -i in -vn -c:a pcm_s16le out.wav`,
      { codec: name },
    );
  }
  return {
    codec: "aac",
    bitsPerSample: null,
    withholdsFirst: true,
    open: (codecs) => createAacFrames(codecs, audioSpecificConfig),
  };
}
