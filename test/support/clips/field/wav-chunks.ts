/** WAV files with other chunks than two, odd ones, and in another order; files that were joined. */
import { ascii, concatenate, formatChunk, makeRiff } from "../../../../support/clips/make-wav.ts";
import type { FieldClip } from "./field-clip.ts";
import { cleanWav, contentOf, SOUNDS, type Sound, soundClip } from "./sounds.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type Make = (sound: Sound) => Bytes;

const HEADER_BYTES = 44;
const FORMAT_END = 36;

const LIST = chunk("LIST", [...ascii("INFOISFT"), 6, 0, 0, 0, ...ascii("Lavf59")]);
const ID3 = chunk("id3 ", [...ascii("ID3\x04\0\0\0\0\0\0")]);
const ODD_LIST = chunk("LIST", [...ascii("INFOIARTx")]);
const BEXT = chunk("bext", new Uint8Array(602).fill(0x20));
const JUNK = chunk("JUNK", new Uint8Array(28));
const FACT = chunk("fact", [0, 0, 0, 0]);
const FILLER = chunk("FLLR", new Uint8Array(4_044 - HEADER_BYTES));

const VARIANTS: readonly (readonly [what: string, make: Make, sound: Sound])[] = [
  ["a LIST chunk before the samples", beforeData(padded(LIST)), SOUNDS.studio],
  ["an odd LIST chunk, padded", beforeData(padded(ODD_LIST)), SOUNDS.voice],
  ["an odd LIST chunk, not padded", beforeData(ODD_LIST), SOUNDS.browser],
  ["an odd LIST chunk behind, not padded", behind(ODD_LIST), SOUNDS.voice],
  ["chunks on both sides", (sound) => behind(LIST, ID3)(sound), SOUNDS.surround],
  ["a cut chunk behind the samples", behind(BEXT.subarray(0, 40)), SOUNDS.voice],
  ["a header cut off behind the samples", behind(ascii("LIS")), SOUNDS.stereo],
  ["bext, JUNK and fact before", beforeData(BEXT, JUNK, FACT), SOUNDS.studio],
  ["JUNK before the format", beforeFormat(JUNK), SOUNDS.browser],
  ["samples at byte 4,096, as iOS writes them", beforeData(FILLER), SOUNDS.voice],
  ["samples before the format", reversed, SOUNDS.surround],
  ["a format chunk of 18 bytes", formatOf(18, 18), SOUNDS.stereo],
  ["a format chunk of 20 bytes", formatOf(20, 20), SOUNDS.voice],
  ["a format chunk of 16 bytes that says 18", formatOf(18, 16), SOUNDS.voice],
  ["a format chunk of 18 bytes that says 16", formatOf(16, 18), SOUNDS.stereo],
  ["zeros behind the format", beforeData(new Uint8Array(10)), SOUNDS.voice],
  ["a part of a frame behind the last", unevenEnd, SOUNDS.surround],
  ["zeros behind the samples", behind(new Uint8Array(4_096)), SOUNDS.voice],
  ["an ID3v1 tag behind the samples", behind(ascii("TAG".padEnd(128))), SOUNDS.stereo],
  ["RF64 with a ds64 chunk", longFile, SOUNDS.voice],
];

const SECOND = cleanWav(SOUNDS.telephone);
const JOINED: readonly (readonly [what: string, make: Make, sound: Sound])[] = [
  ["two joined", behind(SECOND), SOUNDS.studio],
  ["two joined, the first with chunks behind", behind(LIST, ID3, SECOND), SOUNDS.stereo],
  ["two joined, the first of unknown size", joinedStream(0xffffffff), SOUNDS.voice],
  ["two joined, the first of size 0", joinedStream(0), SOUNDS.browser],
  ["twenty joined", behind(...Array<Bytes>(19).fill(SECOND)), SOUNDS.voice],
];

/** All of them have every sample of the clean file. */
export const WAV_CHUNK_CLIPS: readonly FieldClip[] = [
  ...VARIANTS.map((variant) => clipOf(variant, [])),
  ...JOINED.map((variant) => clipOf(variant, ["second-clip"])),
];

function clipOf(
  [what, make, sound]: readonly [string, Make, Sound],
  warnings: readonly string[],
): FieldClip {
  return soundClip(what, sound, { make: async () => make(sound), warnings });
}

/** A chunk without the pad byte that an odd one needs. */
function chunk(id: string, bytes: ArrayLike<number>): Bytes {
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, bytes.length, true);
  return concatenate([ascii(id), size, Uint8Array.from(bytes)]);
}

function padded(bytes: Bytes): Bytes {
  return concatenate([bytes, new Uint8Array(bytes.length % 2)]);
}

function beforeData(...chunks: Bytes[]): Make {
  return (sound) => {
    const wav = cleanWav(sound);
    return sized([wav.subarray(0, FORMAT_END), ...chunks, wav.subarray(FORMAT_END)]);
  };
}

function beforeFormat(...chunks: Bytes[]): Make {
  return (sound) => {
    const wav = cleanWav(sound);
    return sized([wav.subarray(0, 12), ...chunks, wav.subarray(12)]);
  };
}

/** Bytes behind the file that its RIFF size leaves out. */
function behind(...parts: Uint8Array[]): Make {
  return (sound) => concatenate([cleanWav(sound), ...parts]);
}

function reversed(sound: Sound): Bytes {
  return makeRiff([
    { id: "data", bytes: cleanWav(sound).subarray(HEADER_BYTES) },
    { id: "fmt ", bytes: formatChunk(contentOf(sound)) },
  ]);
}

function formatOf(declaredBytes: number, actualBytes: number): Make {
  return (sound) => {
    const bytes = beforeData(new Uint8Array(actualBytes - 16))(sound);
    bytes[16] = declaredBytes;
    return bytes;
  };
}

function unevenEnd(sound: Sound): Bytes {
  const bytes = concatenate([cleanWav(sound), new Uint8Array(sound.channels)]);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, bytes.length - 8, true);
  view.setUint32(40, bytes.length - HEADER_BYTES, true);
  return bytes;
}

function longFile(sound: Sound): Bytes {
  const wav = cleanWav(sound);
  const ds64 = new Uint8Array(28);
  const view = new DataView(ds64.buffer);
  view.setBigUint64(0, BigInt(wav.length + 36 - 8), true);
  view.setBigUint64(8, BigInt(wav.length - HEADER_BYTES), true);
  const bytes = beforeFormat(chunk("ds64", ds64))(sound);
  bytes.set(ascii("RF64"));
  bytes.fill(0xff, 4, 8);
  bytes.fill(0xff, HEADER_BYTES + 36 - 4, HEADER_BYTES + 36);
  return bytes;
}

function joinedStream(dataBytes: number): Make {
  return (sound) => {
    const bytes = cleanWav(sound);
    new DataView(bytes.buffer).setUint32(4, dataBytes, true);
    new DataView(bytes.buffer).setUint32(40, dataBytes, true);
    return concatenate([bytes, SECOND]);
  };
}

/** The file with the RIFF size that it should have. */
function sized(parts: readonly Uint8Array[]): Bytes {
  const bytes = concatenate(parts);
  new DataView(bytes.buffer).setUint32(4, bytes.length - 8, true);
  return bytes;
}
