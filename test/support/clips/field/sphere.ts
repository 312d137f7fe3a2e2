/** NIST SPHERE files as TIMIT, Switchboard and Fisher have them, and with fields that are missing or wrong. */

import { makeSphere, type SphereContent } from "../../../../support/clips/make-sphere.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";
import type { FieldClip } from "./field-clip.ts";
import { cleanWav, framesOf, SOUNDS, type Sound, soundClip } from "./sounds.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const WAV_HEADER_BYTES = 44;
const DIALOGUE: Sound = { sampleRateHz: 8_000, channels: 2, format: "s16" };

/** What differs from the fields that are right. */
const FIELDS: readonly (readonly [what: string, (right: number) => SphereContent])[] = [
  [
    "the fields of TIMIT",
    (count) => ({
      database_id: "TIMIT",
      utterance_id: "x",
      sample_count: count,
      sample_min: -2_191,
      sample_max: 2_790,
      sample_sig_bits: 16,
    }),
  ],
  ["no count", () => ({})],
  ["count 0", () => ({ sample_count: 0 })],
  ["count too small", (count) => ({ sample_count: count - 100 })],
  ["no coding", (count) => ({ sample_count: count, sample_coding: null })],
  ["no byte order", (count) => ({ sample_count: count, sample_byte_format: null })],
];

export const SPHERE_CLIPS: readonly FieldClip[] = [
  ...FIELDS.map(([what, fields], index) => {
    const sound = index % 2 === 0 ? SOUNDS.voice : SOUNDS.stereo;
    return clipOf(what, "pcm_s16le", sound, () => sphere(sound, fields(framesOf(sound))));
  }),
  clipOf("count of all channels together", "pcm_s16le", DIALOGUE, () =>
    sphere(DIALOGUE, { sample_count: 2 * framesOf(DIALOGUE) }),
  ),
  clipOf("a header of 2,048 bytes", "pcm_s16le", DIALOGUE, () =>
    sphere(DIALOGUE, { sample_count: framesOf(DIALOGUE) }, 2_048),
  ),
  clipOf("high byte first", "pcm_s16be", DIALOGUE, () => bigEndian(DIALOGUE)),
  clipOf("high byte first", "pcm_s16be", SOUNDS.surround, () => bigEndian(SOUNDS.surround)),
  muLaw("ulaw", 1),
  muLaw("mu-law", 2),
];

function clipOf(what: string, codec: string, sound: Sound, make: () => Bytes): FieldClip {
  const kind = { container: "sphere", extension: "sph", codec };
  return soundClip(what, sound, { ...kind, make: async () => make() });
}

function sphere(sound: Sound, fields: SphereContent, headerBytes?: number): Bytes {
  const { sampleRateHz, channels } = sound;
  const content = { sample_rate: sampleRateHz, channel_count: channels, ...fields };
  return makeSphere(content, cleanWav(sound).subarray(WAV_HEADER_BYTES), headerBytes);
}

function bigEndian(sound: Sound): Bytes {
  const bytes = sphere(sound, { sample_byte_format: "10", sample_count: framesOf(sound) });
  const samples = bytes.subarray(1_024);
  samples.set(samples.map((_, index) => samples[index ^ 1] as number));
  return bytes;
}

/** The samples of a WAV file that ffmpeg wrote. */
function muLaw(coding: string, channels: 1 | 2): FieldClip {
  const wav = () => readClip(`wav/mulaw-8000-${channels}.wav`);
  const frames = 1_280;
  const content = {
    sample_coding: coding,
    sample_n_bytes: 1,
    sample_byte_format: "1",
    sample_rate: 8_000,
    channel_count: channels,
    sample_count: frames,
  };
  return {
    name: `sphere: ${coding}, 8 kHz × ${channels}`,
    extension: "sph",
    make: async () => makeSphere(content, wav().slice(-frames * channels)),
    clean: async () => wav(),
    container: "sphere",
    codec: "pcm_mulaw",
    sampleRateHz: 8_000,
    channels,
    seconds: frames / 8_000,
    toleranceSeconds: 0,
    warnings: [],
  };
}
