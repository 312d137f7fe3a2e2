/** MP3 files in a WAV file, as radio programs and dictation machines write them. */

import { makeRiff } from "../../../../support/clips/make-wav.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";
import type { FieldClip } from "./field-clip.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Frames from MP3 files without a header of LAME's, which last as long as their frames. */
export const WAV_MPEG_CLIPS: readonly FieldClip[] = [
  mpegClip("mp3/no-xing-44100-2.mp3", 0x55, 44_100, 2, 44 * 1_152),
  mpegClip("mp3/no-xing-44100-2.mp3", 0x50, 44_100, 2, 44 * 1_152),
  mpegClip("mp3/no-xing-vbr-44100-1.mp3", 0x55, 44_100, 1, 44 * 1_152),
];

function mpegClip(
  file: string,
  tag: number,
  sampleRateHz: number,
  channels: number,
  frames: number,
): FieldClip {
  return {
    name: `wav: ${file} under the format tag 0x${tag.toString(16)}`,
    extension: "wav",
    make: async () => mpegWav(readClip(file), tag, sampleRateHz, channels),
    clean: async () => readClip(file),
    container: "wav",
    codec: "mp3",
    sampleRateHz,
    channels,
    seconds: frames / sampleRateHz,
    toleranceSeconds: 0,
    warnings: [],
  };
}

/** MPEGLAYER3WAVEFORMAT (Microsoft's mmreg.h), a `fact` chunk, the frames, and a LIST chunk. */
function mpegWav(frames: Bytes, tag: number, sampleRateHz: number, channels: number): Bytes {
  const format = new Uint8Array(30);
  const view = new DataView(format.buffer);
  view.setUint16(0, tag, true);
  view.setUint16(2, channels, true);
  view.setUint32(4, sampleRateHz, true);
  view.setUint32(8, 12_000, true);
  view.setUint16(12, 1, true);
  view.setUint16(16, 12, true);
  return makeRiff([
    { id: "fmt ", bytes: format },
    { id: "fact", bytes: new Uint8Array(4) },
    { id: "data", bytes: frames },
    { id: "LIST", bytes: new Uint8Array(26) },
  ]);
}
