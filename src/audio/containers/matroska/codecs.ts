/** Matroska's names for codecs → how their packets are decoded. */

import { viewOf } from "../../../bytes.ts";
import { UndertoneError } from "../../../errors.ts";
import { readOpusHead } from "../../codecs/opus/head.ts";
import { OPUS_SAMPLE_RATE_HZ } from "../../codecs/opus/open.ts";
import type { PcmCodec } from "../../pcm/layout.ts";
import { aacTrack } from "../tracks/aac.ts";
import { alacTrack } from "../tracks/alac.ts";
import { flacTrackOf } from "../tracks/flac.ts";
import { mp3Track } from "../tracks/mp3.ts";
import { opusTrack } from "../tracks/opus.ts";
import { pcmTrack } from "../tracks/pcm.ts";
import { type TimeWindow, type TrackCodec, WHOLE } from "../tracks/track.ts";
import { vorbisTrack } from "../tracks/vorbis.ts";
import { codecName } from "../wav/tags.ts";
import type { MatroskaTrack } from "./tracks.ts";

/** A codec, and which of its samples are heard. */
export interface MatroskaCodec {
  readonly track: TrackCodec;
  readonly windows: readonly TimeWindow[];
}

const INTEGER_PCM: ReadonlyMap<string, PcmCodec> = new Map([
  ["A_PCM/INT/LIT 8", "pcm_u8"],
  ["A_PCM/INT/LIT 16", "pcm_s16le"],
  ["A_PCM/INT/LIT 24", "pcm_s24le"],
  ["A_PCM/INT/LIT 32", "pcm_s32le"],
  ["A_PCM/INT/BIG 8", "pcm_u8"],
  ["A_PCM/INT/BIG 16", "pcm_s16be"],
  ["A_PCM/INT/BIG 24", "pcm_s24be"],
  ["A_PCM/INT/BIG 32", "pcm_s32be"],
  ["A_PCM/FLOAT/IEEE 32", "pcm_f32le"],
  ["A_PCM/FLOAT/IEEE 64", "pcm_f64le"],
]);

/** Of A_MS/ACM: layers I, II and III, by their tags in WAV files. */
const MPEG_AUDIO_TAGS: readonly (number | null)[] = [0x50, 0x55];

/** Codecs that are not read, in words; the beginnings of their ids, longest first. */
const UNREAD: readonly (readonly [string, string])[] = [
  ["A_EAC3", "E-AC-3"],
  ["A_AC3", "AC-3"],
  ["A_DTS", "DTS"],
  ["A_TRUEHD", "Dolby TrueHD"],
  ["A_MLP", "MLP"],
  ["A_WAVPACK4", "WavPack"],
  ["A_TTA1", "True Audio"],
  ["A_REAL", "RealAudio"],
  ["A_QUICKTIME", "a codec of QuickTime"],
];

/**
 * What a track is decoded with.
 * @throws UndertoneError `unsupported-codec`, and what the codec's own set-up throws.
 */
export function codecOf(track: MatroskaTrack): MatroskaCodec {
  const { codecId, codecPrivate, bitsPerSample, channels } = track;
  const sampleRateHz = Math.round(track.sampleRateHz);
  if (codecId === "A_OPUS") {
    const head = readOpusHead(codecPrivate);
    return { track: opusTrack(head), windows: from(head.preSkipFrames / OPUS_SAMPLE_RATE_HZ) };
  }
  if (codecId === "A_VORBIS") return { track: vorbisTrack(codecPrivate), windows: WHOLE };
  if (codecId === "A_AAC" || codecId.startsWith("A_AAC/")) {
    return { track: aacTrack(codecPrivate), windows: from(track.codecDelaySeconds) };
  }
  if (codecId === "A_FLAC") return { track: flacTrackOf(codecPrivate), windows: WHOLE };
  if (codecId.startsWith("A_MPEG/L") || MPEG_AUDIO_TAGS.includes(windowsTag(track))) {
    return { track: mp3Track(), windows: from(track.codecDelaySeconds) };
  }
  if (codecId === "A_ALAC") return { track: alacTrack(codecPrivate), windows: WHOLE };
  const codec = INTEGER_PCM.get(`${codecId} ${bitsPerSample}`);
  if (codec !== undefined) {
    return { track: pcmTrack({ codec, channels, sampleRateHz }), windows: WHOLE };
  }
  throw unread(track);
}

function from(startSeconds: number): TimeWindow[] {
  return [{ startSeconds, endSeconds: Infinity }];
}

function unread(track: MatroskaTrack): UndertoneError {
  const name = nameOf(track);
  return new UndertoneError(
    "unsupported-codec",
    `The file's sound is ${name}; in WebM and Matroska, Opus, Vorbis, AAC, ALAC, FLAC, MP3 and PCM are read. Convert it, for example with: ffmpeg -i in.mkv -vn -c:a pcm_s16le out.wav`,
    { codec: name },
  );
}

/** The codec's tag in a WAV file, where Windows' audio manager has one. */
function windowsTag({ codecId, codecPrivate }: MatroskaTrack): number | null {
  const isTold = codecId === "A_MS/ACM" && codecPrivate.length >= 2;
  return isTold ? viewOf(codecPrivate).getUint16(0, true) : null;
}

function nameOf(track: MatroskaTrack): string {
  const { codecId, bitsPerSample } = track;
  if (codecId.startsWith("A_PCM/")) return `${bitsPerSample}-bit PCM`;
  const tag = windowsTag(track);
  if (tag !== null) return codecName(tag, bitsPerSample);
  const known = UNREAD.find(([beginning]) => codecId.startsWith(beginning))?.[1];
  return known ?? `the codec ${JSON.stringify(codecId.slice(0, 40))}`;
}
