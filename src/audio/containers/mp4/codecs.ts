/** MP4's and QuickTime's names for codecs → how their packets are decoded. */
import { UndertoneError } from "../../../errors.ts";
import { readOpusHead } from "../../codecs/opus/head.ts";
import { damaged } from "../../faults.ts";
import { pcmSampleBytes } from "../../pcm/layout.ts";
import { aacTrack, audioObjectType } from "../tracks/aac.ts";
import { alacTrack } from "../tracks/alac.ts";
import { amrTrack } from "../tracks/amr.ts";
import { flacTrackOf } from "../tracks/flac.ts";
import { mp3Track } from "../tracks/mp3.ts";
import { opusTrack } from "../tracks/opus.ts";
import { pcmTrack } from "../tracks/pcm.ts";
import type { TrackCodec } from "../tracks/track.ts";
import { opusHeadBytes } from "./boxes/dops.ts";
import { readStreamDescriptor } from "./boxes/esds.ts";
import { originalFormat, type SoundDescription } from "./track/description.ts";
import { pcmCodecOf } from "./track/pcm.ts";

/** A codec, and what its container has to know of it. */
export interface Mp4Codec {
  readonly track: TrackCodec;
  /** Size of one PCM sample of every channel; null if samples are packets. */
  readonly frameBytes: number | null;
  /** The length of the start that is not heard where no edit list says so. */
  readonly preSkipFrames: number;
}

/** Codecs that are not read, in words, by sample description. */
const UNREAD: Readonly<Record<string, string>> = {
  "ac-3": "AC-3",
  "ec-3": "E-AC-3",
  "ac-4": "AC-4",
  dtsc: "DTS",
  dtsh: "DTS",
  dtsl: "DTS",
  dtse: "DTS",
  dtsx: "DTS:X",
  mlpa: "Dolby TrueHD",
  mha1: "MPEG-H",
  mhm1: "MPEG-H",
  sawb: "AMR wide band",
  sawp: "AMR-WB+",
  ima4: "IMA ADPCM",
  "ms\0\x02": "Microsoft ADPCM",
  "ms\0\x11": "IMA ADPCM",
  agsm: "GSM",
  MAC3: "MACE",
  MAC6: "MACE",
  QDMC: "QDesign Music",
  QDM2: "QDesign Music",
  Qclp: "QCELP",
  sqcp: "QCELP",
  sevc: "EVRC",
  apac: "Apple Positional Audio",
  spex: "Speex",
};

/** The same by the object type of `esds` (ISO/IEC 14496-1, and mp4ra.org). */
const UNREAD_OBJECTS: Readonly<Record<number, string>> = {
  165: "AC-3",
  166: "E-AC-3",
  169: "DTS",
  170: "DTS",
  171: "DTS",
  172: "DTS",
  221: "Vorbis",
  225: "QCELP",
};
const AAC_OBJECTS = [0x40, 0x66, 0x67, 0x68];
/** Layers I to III, by the object type of `esds` and by that of MPEG-4 audio's set-up data. */
const MPEG_AUDIO_OBJECTS = [0x69, 0x6b];
const MPEG_AUDIO_TYPES = [32, 33, 34];
/** QuickTime's names of it; the last byte of the longer ones is the format tag of WAV files. */
const MPEG_AUDIO = [".mp1", ".mp2", ".mp3", "ms\0P", "ms\0U"];
const ENCRYPTED = ["enca", "encv", "drms", "drmi"];

/**
 * What a track is decoded with.
 * @throws UndertoneError `unsupported-codec`, and what the codec's own set-up throws.
 */
export function codecOf(description: SoundDescription): Mp4Codec {
  const { format, channels, sampleRateHz, box } = description;
  if (ENCRYPTED.includes(format)) throw encrypted(description);
  if (format === "mp4a") return packets(mpeg4Of(description));
  if (MPEG_AUDIO.includes(format)) return packets(mp3Track());
  if (format === "fLaC") return packets(flacTrackOf(required(box("dfLa")).subarray(4)));
  if (format === "samr") return packets(amrTrack());
  if (format === "alac") return packets(alacTrack(required(box("alac")).subarray(4)));
  if (format === "Opus") {
    const head = readOpusHead(opusHeadBytes(required(box("dOps"))));
    return { ...packets(opusTrack(head)), preSkipFrames: head.preSkipFrames };
  }
  const codec = pcmCodecOf(description);
  if (codec === null) throw unread(UNREAD[format] ?? `the codec ${JSON.stringify(format)}`);
  return {
    track: pcmTrack({ codec, channels, sampleRateHz }),
    frameBytes: channels * pcmSampleBytes(codec),
    preSkipFrames: 0,
  };
}

function packets(track: TrackCodec): Mp4Codec {
  return { track, frameBytes: null, preSkipFrames: 0 };
}

function mpeg4Of({ box }: SoundDescription): TrackCodec {
  const { objectType, setUp } = readStreamDescriptor(required(box("esds")));
  if (MPEG_AUDIO_OBJECTS.includes(objectType ?? 0)) return mp3Track();
  const name = UNREAD_OBJECTS[objectType ?? 0];
  if (name !== undefined) throw unread(name);
  if (objectType !== null && objectType !== 0 && !AAC_OBJECTS.includes(objectType)) {
    throw unread(`MPEG-4 object type 0x${objectType.toString(16)}`);
  }
  const configuration = required(setUp);
  if (MPEG_AUDIO_TYPES.includes(audioObjectType(configuration))) return mp3Track();
  return aacTrack(configuration);
}

function required(setUp: Uint8Array | null): Uint8Array {
  if (setUp === null) throw damaged("its index lacks the codec's set-up data");
  return setUp;
}

function encrypted(description: SoundDescription): UndertoneError {
  const original = originalFormat(description);
  const of = original === null ? "" : ` (${original.trim()})`;
  return new UndertoneError(
    "unsupported-codec",
    `The file's sound is encrypted${of}, which cannot be read; send a copy without protection.`,
    { codec: "encrypted" },
  );
}

function unread(name: string): UndertoneError {
  return new UndertoneError(
    "unsupported-codec",
    `The file's sound is ${name}; in MP4 and QuickTime files, AAC, ALAC, FLAC, MP3, Opus, AMR narrow band and PCM are read. Convert it, for example with: ffmpeg -i in.mp4 -vn -c:a pcm_s16le out.wav`,
    { codec: name },
  );
}
