/** What a file is, told from its first bytes. */

import { isMp4 } from "./mp4.ts";

/** Audio and video files that are recognised, whether or not they can be decoded. */
export type ClipFormat =
  | "wav"
  | "rf64"
  | "rifx"
  | "w64"
  | "aiff"
  | "sphere"
  | "caf"
  | "au"
  | "flac"
  | "ogg"
  | "matroska"
  | "mp4"
  | "asf"
  | "amr"
  | "adts"
  | "mp3";

/** Each format's name in a sentence. */
export const FORMAT_NAMES: Record<ClipFormat, string> = {
  wav: "WAV",
  rf64: "64-bit WAV (RF64 or BW64)",
  rifx: "big-endian WAV (RIFX)",
  w64: "Sony Wave64",
  aiff: "AIFF",
  sphere: "NIST SPHERE",
  caf: "Core Audio Format",
  au: "Sun AU",
  flac: "FLAC",
  ogg: "Ogg (Opus, Vorbis or FLAC)",
  matroska: "WebM or Matroska",
  mp4: "MP4, M4A, MOV or 3GP",
  asf: "Windows Media (ASF)",
  amr: "AMR",
  adts: "AAC (ADTS)",
  mp3: "MP3",
};

type Test = (bytes: Uint8Array) => boolean;

/** In the order they are tried: long signatures first, the frame syncs of MP3 and ADTS last. */
const SIGNATURES: readonly (readonly [ClipFormat, Test])[] = [
  ["wav", isWav],
  ["rf64", both(either(text(0, "RF64"), text(0, "BW64")), text(8, "WAVE"))],
  ["rifx", both(text(0, "RIFX"), text(8, "WAVE"))],
  ["w64", text(0, "riff\x2e\x91\xcf\x11")],
  ["aiff", both(text(0, "FORM"), either(text(8, "AIFF"), text(8, "AIFC")))],
  ["sphere", text(0, "NIST_1A")],
  ["caf", text(0, "caff")],
  ["au", text(0, ".snd")],
  ["flac", text(0, "fLaC")],
  ["ogg", text(0, "OggS")],
  ["matroska", text(0, "\x1a\x45\xdf\xa3")],
  ["mp4", isMp4],
  ["asf", text(0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11")],
  ["amr", text(0, "#!AMR")],
  ["adts", isAdtsFrame],
  ["mp3", isMp3Frame],
];

/** As many bytes as it takes to tell any format. */
export const SNIFFED_BYTES = 512;

/** The format whose signature the bytes begin with, or null; an ID3 tag, which several formats may follow, is none. */
export function sniffFormat(bytes: Uint8Array): ClipFormat | null {
  return SIGNATURES.find(([, matches]) => matches(bytes))?.[0] ?? null;
}

/** A file cut within its first twelve bytes is still a WAV file, and its decoder says that it was cut. */
function isWav(bytes: Uint8Array): boolean {
  const nameEnd = Math.min(bytes.length, 12);
  return (
    bytes.length >= 4 &&
    text(0, "RIFF")(bytes) &&
    (nameEnd <= 8 || text(8, "WAVE".slice(0, nameEnd - 8))(bytes))
  );
}

/** ADTS header, ISO/IEC 14496-3: twelve sync bits, two layer bits of 0. */
function isAdtsFrame(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes;
  return bytes.length >= 7 && first === 0xff && (second & 0xf6) === 0xf0;
}

/** MPEG audio frame header, ISO/IEC 11172-3: eleven sync bits, layer III or II, no other field with its reserved value. */
function isMp3Frame(bytes: Uint8Array): boolean {
  const [first = 0, second = 0, third = 0] = bytes;
  const versionIsReserved = (second & 0x18) === 0x08;
  const layer = (second & 0x06) >> 1;
  const bitRateIsReserved = third >> 4 === 0xf;
  const sampleRateIsReserved = (third & 0x0c) === 0x0c;
  return (
    bytes.length >= 4 &&
    first === 0xff &&
    second >= 0xe0 &&
    (layer === 1 || layer === 2) &&
    !(versionIsReserved || bitRateIsReserved || sampleRateIsReserved)
  );
}

function text(offset: number, characters: string): Test {
  return (bytes) =>
    Array.from(characters).every(
      (character, index) => bytes[offset + index] === character.charCodeAt(0),
    );
}

function both(first: Test, second: Test): Test {
  return (bytes) => first(bytes) && second(bytes);
}

function either(first: Test, second: Test): Test {
  return (bytes) => first(bytes) || second(bytes);
}
