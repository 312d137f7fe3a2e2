/** WAV files whose samples are stored in odd ways: 24 bits in four bytes, EXTENSIBLE formats. */
import { formatChunk, makeRiff, makeWav } from "../../../../support/clips/make-wav.ts";
import type { FieldClip } from "./field-clip.ts";
import { cleanWav, contentOf, SOUNDS, type Sound, soundClip } from "./sounds.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type Make = (sound: Sound) => Bytes;

const HEADER_BYTES = 44;
const AT = { bytesPerSecond: 28, frameBytes: 32, bits: 34 };
const AT_VALID_BITS = 38;
const AT_GUID = 44;
const PADDED_BYTES = 4;

const rate = (sampleRateHz: number, channels: number): Sound => ({
  ...{ sampleRateHz, channels },
  format: "s24",
});
const RATES = [rate(16_000, 1), rate(44_100, 2), rate(48_000, 6), rate(96_000, 1)];

/** 24 bits at the top of four bytes: every sample of the 24-bit file. */
const PADDED: readonly (readonly [what: string, make: Make])[] = [
  ["plain", (sound) => inFourBytes(sound, false, [])],
  ["EXTENSIBLE", (sound) => inFourBytes(sound, true, [])],
  ["EXTENSIBLE with 32 bits of which 24 are valid", validBits],
  ["with the byte rate of three", (sound) => inFourBytes(sound, false, [[AT.bytesPerSecond, 3]])],
  ["with the byte rate 0", (sound) => inFourBytes(sound, false, [[AT.bytesPerSecond, 0]])],
];

const PADDED_CLIPS = PADDED.flatMap(([what, make], index) =>
  (index === 0 ? RATES : [RATES[index % RATES.length] as Sound]).map((sound) =>
    clipOf(`24 bits in four bytes, ${what}`, "pcm_s32le", sound, make),
  ),
);

const EXTENSIBLE_CLIPS = [
  clipOf("EXTENSIBLE with no valid bits", "pcm_s16le", SOUNDS.stereo, (sound) =>
    extensible(sound, AT_VALID_BITS, [0, 0]),
  ),
  clipOf("EXTENSIBLE with more valid bits than there are", "pcm_s24le", SOUNDS.studio, (sound) =>
    extensible(sound, AT_VALID_BITS, [32, 0]),
  ),
  clipOf("EXTENSIBLE in B-format", "pcm_s16le", SOUNDS.surround, (sound) =>
    extensible(sound, AT_GUID + 4, [0x21, 0x07, 0xd3, 0x11, 0x86, 0x44, 0xc8, 0xc1, 0xca, 0, 0, 0]),
  ),
  clipOf("EXTENSIBLE without the rest of the GUID", "pcm_f32le", SOUNDS.browser, (sound) =>
    extensible(sound, AT_GUID + 2, new Uint8Array(14)),
  ),
  clipOf("24 bits in three bytes, block align that of four", "pcm_s24le", SOUNDS.studio, (sound) =>
    patched(cleanWav(sound), AT.frameBytes, [8, 0]),
  ),
];

export const WAV_SAMPLE_CLIPS: readonly FieldClip[] = [...PADDED_CLIPS, ...EXTENSIBLE_CLIPS];

function clipOf(what: string, codec: string, sound: Sound, make: Make): FieldClip {
  return soundClip(what, sound, { codec, make: async () => make(sound) });
}

/** The samples with a byte of zeros below each, under a header of 24 bits; some fields are multiplied by samples per second or bytes. */
function inFourBytes(
  sound: Sound,
  isExtensible: boolean,
  byteRates: readonly (readonly [at: number, bytesPerSample: number])[],
): Bytes {
  const three = cleanWav(sound).subarray(HEADER_BYTES);
  const four = new Uint8Array((three.length / 3) * PADDED_BYTES);
  for (let at = 0; at < three.length; at++)
    four[Math.floor(at / 3) * 4 + (at % 3) + 1] = three[at] as number;
  const format = formatChunk({ ...contentOf(sound), extensible: isExtensible });
  const view = new DataView(format.buffer);
  const { sampleRateHz, channels } = sound;
  view.setUint32(AT.bytesPerSecond - 20, sampleRateHz * channels * PADDED_BYTES, true);
  view.setUint16(AT.frameBytes - 20, channels * PADDED_BYTES, true);
  for (const [at, bytes] of byteRates)
    view.setUint32(at - 20, sampleRateHz * channels * bytes, true);
  return makeRiff([
    { id: "fmt ", bytes: format },
    { id: "data", bytes: four },
  ]);
}

function validBits(sound: Sound): Bytes {
  return patched(inFourBytes(sound, true, []), AT.bits, [32, 0]);
}

function extensible(sound: Sound, at: number, bytes: ArrayLike<number>): Bytes {
  return patched(makeWav({ ...contentOf(sound), extensible: true }), at, bytes);
}

function patched(wav: Bytes, at: number, bytes: ArrayLike<number>): Bytes {
  wav.set(bytes, at);
  return wav;
}
