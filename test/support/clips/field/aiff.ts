/** AIFF files with sizes that are wrong, and joined ones. */
import {
  chunk,
  commonChunk,
  makeForm,
  RATES_80,
  soundChunk,
} from "../../../../support/clips/make-aiff.ts";
import { ascii, concatenate } from "../../../../support/clips/make-wav.ts";
import type { FieldClip } from "./field-clip.ts";
import { contentOf, framesOf, type Sound, soundClip } from "./sounds.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const VOICE = { sampleRateHz: 8_000, channels: 1, format: "s16" } as const;
const STEREO = { sampleRateHz: 44_100, channels: 2, format: "s16" } as const;
const SAMPLES_AT = 4 + 8 + 8;

const VARIANTS: readonly (readonly [what: string, make: (sound: AiffSound) => Bytes])[] = [
  ["FORM size 4 too small", (sound) => withSizes(sound, (form, sound) => [form - 4, sound])],
  ["FORM size 0", (sound) => withSizes(sound, (_, sound) => [0, sound])],
  ["SSND size doubled", (sound) => withSizes(sound, (form, sound) => [form, 2 * sound])],
  [
    "SSND size doubled, no count",
    (sound) => withSizes(sound, (form, sound) => [form, 2 * sound], 0),
  ],
  ["SSND size 0", (sound) => withSizes(sound, (form) => [form, 0])],
  ["sizes 0x7fffffff", (sound) => withSizes(sound, () => [0x7fffffff, 0x7fffffff], 0)],
  [
    "sizes and count 0x7fffffff",
    (sound) => withSizes(sound, () => [0x7fffffff, 0x7fffffff], 0x7fffffff),
  ],
  ["sizes and count 0", (sound) => withSizes(sound, () => [0, 0], 0)],
  ["an odd chunk without its pad byte", oddChunk],
];

type AiffSound = typeof VOICE | typeof STEREO;

export const AIFF_CLIPS: readonly FieldClip[] = [
  ...VARIANTS.map(([what, make], index) => {
    const sound = index % 2 === 0 ? VOICE : STEREO;
    return clipOf(what, sound, () => make(sound), []);
  }),
  clipOf("two joined", STEREO, () => concatenate([clean(STEREO), clean(VOICE)]), ["second-clip"]),
];

function clipOf(
  what: string,
  sound: AiffSound,
  make: () => Bytes,
  warnings: readonly string[],
): FieldClip {
  return soundClip(what, sound, {
    ...{ container: "aiff", codec: "pcm_s16be", warnings },
    make: async () => make(),
    clean: async () => clean(sound),
  });
}

function clean(sound: AiffSound): Bytes {
  return makeForm("AIFF", [common(sound, framesOf(sound)), soundChunk(bigEndian(sound))]);
}

function oddChunk(sound: AiffSound): Bytes {
  const name = chunk("NAME", [ascii("abc")]).subarray(0, -1);
  return makeForm("AIFF", [name, common(sound, framesOf(sound)), soundChunk(bigEndian(sound))]);
}

/** The file with other sizes of its FORM and SSND chunks, given those that are right, and another count of frames. */
function withSizes(
  sound: AiffSound,
  sizes: (form: number, sound: number) => readonly [form: number, sound: number],
  frames = framesOf(sound),
): Bytes {
  const samples = bigEndian(sound);
  const bytes = makeForm("AIFF", [common(sound, frames), soundChunk(samples)]);
  const view = new DataView(bytes.buffer);
  const [form, soundBytes] = sizes(bytes.length - 8, samples.length + 8);
  view.setUint32(4, form);
  view.setUint32(bytes.length - samples.length - SAMPLES_AT + 8, soundBytes);
  return bytes;
}

function common({ sampleRateHz, channels }: AiffSound, frames: number): Bytes {
  const sampleRate = RATES_80[sampleRateHz];
  return commonChunk({ channels, frames, sampleBits: 16, sampleRate, data: new Uint8Array() });
}

function bigEndian(sound: Sound): Bytes {
  const { channels } = contentOf(sound);
  const bytes = new Uint8Array(2 * framesOf(sound) * channels.length);
  const view = new DataView(bytes.buffer);
  for (const [index, samples] of channels.entries()) {
    for (const [frame, sample] of samples.entries()) {
      view.setInt16(2 * (frame * channels.length + index), Math.round(sample * 2 ** 15));
    }
  }
  return bytes;
}
