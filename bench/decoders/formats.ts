/** The formats that are measured, at ordinary bit rates, and how ffmpeg and sox write them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { outputOf } from "../../support/programs.ts";

/** A format to encode to. */
export interface BenchFormat {
  readonly name: string;
  /** Of the file; ffmpeg and sox go by it. */
  readonly extension: string;
  /** ffmpeg's options. */
  readonly options: readonly string[];
  readonly isLossy: boolean;
  /** Mono at 8 kHz, written by sox, which has an encoder of AMR. */
  readonly isNarrowband?: boolean;
}

const AAC = ["-c:a", "aac", "-aac_pns", "0", "-b:a", "128k"];

/** Every row of the tables. */
export const FORMATS: readonly BenchFormat[] = [
  lossless("WAV, 16 bit", "wav", "-c:a pcm_s16le"),
  lossless("WAV, 32-bit float", "wav", "-c:a pcm_f32le"),
  lossless("AIFF, 24 bit", "aiff", "-c:a pcm_s24be"),
  lossless("FLAC", "flac", "-c:a flac"),
  lossless("Ogg FLAC", "oga", "-c:a flac"),
  lossless("Matroska, PCM", "mka", "-c:a pcm_s16le"),
  lossless("MOV, PCM", "mov", "-c:a pcm_s16be"),
  lossless("M4A, ALAC", "m4a", "-c:a alac"),
  lossy("MP3, 128 kbit/s", "mp3", ["-c:a", "libmp3lame", "-b:a", "128k"]),
  lossy("Ogg Vorbis, quality 4", "ogg", ["-c:a", "libvorbis", "-q:a", "4"]),
  lossy("WebM, Vorbis", "webm", ["-c:a", "libvorbis", "-q:a", "4"]),
  lossy("Ogg Opus, 64 kbit/s", "opus", ["-c:a", "libopus", "-b:a", "64k"]),
  lossy("WebM, Opus, 32 kbit/s", "webm", ["-c:a", "libopus", "-b:a", "32k"]),
  lossy("MP4, Opus", "mp4", ["-c:a", "libopus", "-b:a", "64k", "-strict", "-2"]),
  lossy("M4A, AAC, 128 kbit/s", "m4a", AAC),
  lossy("fragmented MP4, AAC", "mp4", [...AAC, "-movflags", "+frag_keyframe+empty_moov"]),
  lossy("ADTS, AAC", "aac", AAC),
  { ...lossy("AMR-NB, 12.2 kbit/s, 8 kHz mono", "amr-nb", ["-C", "7"]), isNarrowband: true },
];

/** Reference of AMR. */
export const NARROW_WAV: BenchFormat = {
  ...lossless("WAV, 8 kHz", "wav", "-b 16"),
  isNarrowband: true,
};

/** Encodes a WAV file's bytes. */
export function encode(wav: Uint8Array, format: BenchFormat): Uint8Array<ArrayBuffer> {
  const { extension, options, isNarrowband } = format;
  const folder = mkdtempSync(join(tmpdir(), "undertone-bench-"));
  try {
    const source = join(folder, "source.wav");
    const target = join(folder, `clip.${extension}`);
    writeFileSync(source, wav);
    if (isNarrowband) outputOf("sox", ["-V1", source, "-r", "8000", "-c", "1", ...options, target]);
    else outputOf("ffmpeg", ["-nostdin", "-loglevel", "error", "-i", source, ...options, target]);
    return new Uint8Array(readFileSync(target));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** `seconds` of synthetic speech, the sentences said again and again: 48 kHz, stereo, 16 bit, as a WAV file. */
export function spokenWav(sentences: string, seconds: number): Uint8Array {
  const spoken = outputOf("espeak-ng", ["-v", "en", "--stdout", sentences]);
  const effects = ["rate", "-v", "48000", "remix", "1", "1v0.7", "repeat", "-", "trim", "0"];
  const format = ["-t", "wav", "-", "-b", "16", "-t", "wavpcm", "-"];
  return outputOf("sox", ["-V1", "-R", ...format, ...effects, String(seconds)], spoken);
}

function lossless(name: string, extension: string, options: string): BenchFormat {
  return { name, extension, options: options.split(" "), isLossy: false };
}

function lossy(name: string, extension: string, options: readonly string[]): BenchFormat {
  return { name, extension, options, isLossy: true };
}
