/** Every format that is recognised, in the order that signatures are tried: long ones first, frame syncs last. */

import { decodeAdts } from "./containers/adts/decode.ts";
import { decodeAiff } from "./containers/aiff/decode.ts";
import { aiffSeconds } from "./containers/aiff/seconds.ts";
import { decodeAmr } from "./containers/amr/decode.ts";
import { decodeFlac } from "./containers/flac/decode.ts";
import { flacSeconds } from "./containers/flac/seconds.ts";
import { decodeMatroska } from "./containers/matroska/decode.ts";
import { decodeMp3 } from "./containers/mp3/decode.ts";
import { decodeMp4 } from "./containers/mp4/decode.ts";
import { mp4Seconds } from "./containers/mp4/seconds.ts";
import { decodeOgg } from "./containers/ogg/decode.ts";
import { decodeSphere } from "./containers/sphere/decode.ts";
import { sphereSeconds } from "./containers/sphere/seconds.ts";
import { decodeWav } from "./containers/wav/decode.ts";
import { wavSeconds } from "./containers/wav/seconds.ts";
import { isMp4 } from "./detect/mp4.ts";
import { both, either, isAdtsFrame, isMp3Frame, isWav, text } from "./detect/signatures.ts";
import type { ClipFormat } from "./format.ts";

const RF64 = both(either(text(0, "RF64"), text(0, "BW64")), text(8, "WAVE"));
const RIFX = both(text(0, "RIFX"), text(8, "WAVE"));
const AIFF = both(text(0, "FORM"), either(text(8, "AIFF"), text(8, "AIFC")));

/** One line for each format; a container's decoder and header reader are in its folder. */
export const FORMATS: readonly ClipFormat[] = [
  { id: "wav", name: "WAV", matches: isWav, decode: decodeWav, readSeconds: wavSeconds },
  {
    id: "rf64",
    name: "64-bit WAV (RF64 or BW64)",
    matches: RF64,
    decode: decodeWav,
    readSeconds: wavSeconds,
  },
  { id: "rifx", name: "big-endian WAV (RIFX)", matches: RIFX },
  { id: "w64", name: "Sony Wave64", matches: text(0, "riff\x2e\x91\xcf\x11") },
  { id: "aiff", name: "AIFF", matches: AIFF, decode: decodeAiff, readSeconds: aiffSeconds },
  {
    id: "sphere",
    name: "NIST SPHERE",
    matches: text(0, "NIST_1A"),
    decode: decodeSphere,
    readSeconds: sphereSeconds,
  },
  {
    id: "caf",
    name: "Core Audio Format",
    matches: text(0, "caff"),
    advice: "export it as M4A or WAV",
  },
  { id: "au", name: "Sun AU", matches: text(0, ".snd") },
  {
    id: "flac",
    name: "FLAC",
    matches: text(0, "fLaC"),
    decode: decodeFlac,
    readSeconds: flacSeconds,
  },
  {
    id: "ogg",
    name: "Ogg (Opus, Vorbis or FLAC)",
    matches: text(0, "OggS"),
    decode: decodeOgg,
    hasTracks: true,
  },
  {
    id: "matroska",
    name: "WebM or Matroska",
    matches: text(0, "\x1a\x45\xdf\xa3"),
    decode: decodeMatroska,
    hasTracks: true,
  },
  {
    id: "mp4",
    name: "MP4, M4A, MOV or 3GP",
    matches: isMp4,
    decode: decodeMp4,
    readSeconds: mp4Seconds,
    hasTracks: true,
  },
  { id: "asf", name: "Windows Media (ASF)", matches: text(0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11") },
  { id: "amr", name: "AMR", matches: text(0, "#!AMR"), decode: decodeAmr },
  { id: "adts", name: "AAC (ADTS)", matches: isAdtsFrame, decode: decodeAdts, isFramed: true },
  { id: "mp3", name: "MP3", matches: isMp3Frame, decode: decodeMp3, isFramed: true },
];

/** As many bytes as it takes to recognise any format. */
export const SIGNATURE_BYTES = 512;

/** Names of the formats that are read. */
export const ACCEPTED_FORMATS: readonly string[] = FORMATS.filter(
  ({ decode }) => decode !== undefined,
).map(({ name }) => name);

/** The format whose signature the bytes begin with, or null; an ID3 tag, which several formats may follow, is none. */
export function findFormat(bytes: Uint8Array): ClipFormat | null {
  return FORMATS.find(({ matches }) => matches(bytes)) ?? null;
}
