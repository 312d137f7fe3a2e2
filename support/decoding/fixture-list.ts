/** The files of test/fixtures/clips and their expected decoding. */

/** The program whose samples a clip's are compared with. */
export type ReferenceDecoder = "ffmpeg" | "ffmpeg with libopus" | "sox";

/** A clip that is read. */
export interface ClipFixture {
  /** Under test/fixtures/clips/. */
  readonly file: string;
  readonly container: string;
  readonly codec: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly bitsPerSample: number | null;
  readonly reference: ReferenceDecoder;
  /** Infinite where every sample is the reference's. */
  readonly minSnrDb: number;
  /** Samples in each channel. */
  readonly samples: number;
  /** Samples before the first encoded one; null if unknown. */
  readonly leadSamples: number | null;
  /** Samples that the reference decoder gives before ours begin. */
  readonly referenceLeadSamples: number;
  /** Extra samples of the reference decoder between two streams: position and count. */
  readonly referenceGap?: readonly [at: number, samples: number];
}

type Row = readonly [
  file: string,
  codec: string,
  sampleRateHz: number,
  channels: number,
  bitsPerSample?: number | null,
  different?: Partial<ClipFixture> & { readonly extraSamples?: number },
];

interface Group {
  readonly container: string;
  readonly reference: ReferenceDecoder;
  readonly minSnrDb: number;
  /** Duration of the encoded sound. */
  readonly seconds: number;
}

function group({ seconds, ...common }: Group, rows: readonly Row[]): ClipFixture[] {
  return rows.map(([file, codec, sampleRateHz, channels, bits = null, different = {}]) => {
    const { extraSamples = 0, ...others } = different;
    return {
      ...{ file, codec, sampleRateHz, channels, bitsPerSample: bits },
      ...common,
      samples: Math.round(seconds * sampleRateHz) + extraSamples,
      ...{ leadSamples: 0, referenceLeadSamples: 0 },
      ...others,
    };
  });
}

const SHORT = 0.16;
const LONG = 1.1;
/** Of 16-bit lossy and lossless codecs. */
const CLOSE = { reference: "ffmpeg", minSnrDb: 75 } as const;
const EXACT = { reference: "ffmpeg", minSnrDb: Infinity } as const;
/** ffmpeg's own Opus decoder is not one to compare with: libopus is within 17 to 60 dB of it. */
const OPUS = { reference: "ffmpeg with libopus", minSnrDb: 75 } as const;
const AMR = { reference: "sox", minSnrDb: 75 } as const;

/** HE-AAC was encoded elsewhere, of another sound. */
const UNKNOWN_LEAD = { leadSamples: null };
/** Priming samples of ffmpeg's AAC encoder, where the file does not state them. */
const AAC_PRIMING = { leadSamples: 1024 };
/** LAME's delay and the decoder's, which a file without a header of LAME's does not tell. */
const MP3_DELAY = { leadSamples: 1105, extraSamples: 2_178 };
/** LAME's delay and the decoder's, which ffmpeg's Matroska does not tell. */
const MP3_LEAD = { leadSamples: 1105, extraSamples: 1105 };
/** AMR's encoder looks ahead 5 ms. */
const AMR_LOOK_AHEAD = { leadSamples: 40 };
/** A second stream of 0.16 s, which ffmpeg begins with what only fills its decoder. */
const CHAINED = { extraSamples: 7_056, referenceGap: [48_510, 128] } as const;
/** MediaRecorder begins and ends when it can. */
const recorded = (samples: number) => ({ leadSamples: null, samples });

export const CLIPS: readonly ClipFixture[] = [
  ...group({ container: "wav", seconds: SHORT, ...EXACT }, [
    ["wav/u8-8000-1.wav", "pcm_u8", 8_000, 1, 8],
    ["wav/u8-44100-2.wav", "pcm_u8", 44_100, 2, 8],
    ["wav/s16-8000-1.wav", "pcm_s16le", 8_000, 1, 16],
    ["wav/s16-11025-1.wav", "pcm_s16le", 11_025, 1, 16],
    ["wav/s16-16000-1.wav", "pcm_s16le", 16_000, 1, 16],
    ["wav/s16-22050-2.wav", "pcm_s16le", 22_050, 2, 16],
    ["wav/s16-32000-2.wav", "pcm_s16le", 32_000, 2, 16],
    ["wav/s16-44100-2.wav", "pcm_s16le", 44_100, 2, 16],
    ["wav/s16-48000-2.wav", "pcm_s16le", 48_000, 2, 16],
    ["wav/s16-96000-2.wav", "pcm_s16le", 96_000, 2, 16],
    ["wav/s16-48000-6.wav", "pcm_s16le", 48_000, 6, 16],
    ["wav/s24-48000-2.wav", "pcm_s24le", 48_000, 2, 24],
    ["wav/s24-48000-6.wav", "pcm_s24le", 48_000, 6, 24],
    ["wav/s24-plain-48000-2.wav", "pcm_s24le", 48_000, 2, 24],
    ["wav/s32-44100-2.wav", "pcm_s32le", 44_100, 2, 32],
    ["wav/f32-48000-2.wav", "pcm_f32le", 48_000, 2, 32],
    ["wav/f64-44100-1.wav", "pcm_f64le", 44_100, 1, 64],
    ["wav/alaw-8000-1.wav", "pcm_alaw", 8_000, 1, 8],
    ["wav/mulaw-8000-1.wav", "pcm_mulaw", 8_000, 1, 8],
    ["wav/mulaw-8000-2.wav", "pcm_mulaw", 8_000, 2, 8],
    ["wav/rf64-48000-2.wav", "pcm_s16le", 48_000, 2, 16],
    ["wav/bw64-48000-2.wav", "pcm_s16le", 48_000, 2, 16],
    ["wav/unknown-size-16000-1.wav", "pcm_s16le", 16_000, 1, 16],
    ["wav/tagged-44100-2.wav", "pcm_s16le", 44_100, 2, 16],
  ]),
  ...group({ container: "wav", seconds: SHORT, ...CLOSE }, [
    ["wav/mp3-16000-1.wav", "mp3", 16_000, 1, null, { leadSamples: 1105, extraSamples: 1_472 }],
    ["wav/mp3-44100-2.wav", "mp3", 44_100, 2, null, { leadSamples: 1105, extraSamples: 2_160 }],
    ["wav/mp2-48000-2.wav", "mp2", 48_000, 2, null, { leadSamples: 481, extraSamples: 384 }],
  ]),
  ...group({ container: "aiff", seconds: SHORT, ...EXACT }, [
    ["aiff/s8-16000-1.aiff", "pcm_s8", 16_000, 1, 8],
    ["aiff/s16-44100-2.aiff", "pcm_s16be", 44_100, 2, 16],
    ["aiff/s24-48000-2.aiff", "pcm_s24be", 48_000, 2, 24],
    ["aiff/s32-48000-1.aiff", "pcm_s32be", 48_000, 1, 32],
    ["aiff/sowt-44100-2.aifc", "pcm_s16le", 44_100, 2, 16],
    ["aiff/fl32-48000-2.aifc", "pcm_f32be", 48_000, 2, 32],
    ["aiff/fl64-44100-1.aifc", "pcm_f64be", 44_100, 1, 64],
    ["aiff/ulaw-8000-1.aifc", "pcm_mulaw", 8_000, 1, 8],
    ["aiff/alaw-8000-1.aifc", "pcm_alaw", 8_000, 1, 8],
  ]),
  ...group({ container: "sphere", seconds: SHORT, ...EXACT }, [
    ["sphere/s16le-16000-1.sph", "pcm_s16le", 16_000, 1, 16],
    ["sphere/s16be-44100-2.sph", "pcm_s16be", 44_100, 2, 16],
    ["sphere/s24le-48000-2.sph", "pcm_s24le", 48_000, 2, 24],
    ["sphere/s8-8000-1.sph", "pcm_s8", 8_000, 1, 8],
    ["sphere/mulaw-8000-2.sph", "pcm_mulaw", 8_000, 2, 8],
    ["sphere/alaw-8000-2.sph", "pcm_alaw", 8_000, 2, 8],
  ]),
  ...group({ container: "flac", seconds: SHORT, ...EXACT }, [
    ["flac/s16-44100-2.flac", "flac", 44_100, 2, 16],
    ["flac/s16-48000-6.flac", "flac", 48_000, 6, 16],
    ["flac/s24-48000-2.flac", "flac", 48_000, 2, 24],
    ["flac/s24-96000-2.flac", "flac", 96_000, 2, 24],
    ["flac/unknown-length-44100-2.flac", "flac", 44_100, 2, 16],
    ["flac/s16-44100-2.oga", "flac", 44_100, 2, 16, { container: "ogg" }],
    ["flac/s24-48000-2.oga", "flac", 48_000, 2, 24, { container: "ogg" }],
  ]),
  ...group({ container: "flac", seconds: LONG, ...EXACT }, [
    ["flac/s16-16000-1.flac", "flac", 16_000, 1, 16],
  ]),
  ...group({ container: "mp3", seconds: LONG, ...CLOSE }, [
    ["mp3/cbr-44100-2.mp3", "mp3", 44_100, 2],
    ["mp3/cbr-320k-48000-2.mp3", "mp3", 48_000, 2],
    ["mp3/vbr-44100-2.mp3", "mp3", 44_100, 2],
    ["mp3/dual-44100-2.mp3", "mp3", 44_100, 2],
    ["mp3/cbr-32000-1.mp3", "mp3", 32_000, 1],
    ["mp3/mpeg2-22050-1.mp3", "mp3", 22_050, 1],
    ["mp3/mpeg2-vbr-22050-2.mp3", "mp3", 22_050, 2],
    // At 24 kHz ffmpeg 5.1 is 42 to 62 dB from libmad, to which mpg123 is within 112 dB.
    ["mp3/mpeg2-24000-2.mp3", "mp3", 24_000, 2, null, { minSnrDb: 40 }],
    ["mp3/mpeg2-16000-1.mp3", "mp3", 16_000, 1],
    // Its header tells 15 samples too many.
    ["mp3/mpeg25-11025-1.mp3", "mp3", 11_025, 1, null, { extraSamples: 15 }],
    ["mp3/mpeg25-8000-1.mp3", "mp3", 8_000, 1],
    ["mp3/picture-44100-1.mp3", "mp3", 44_100, 1],
    ["mp3/no-xing-44100-2.mp3", "mp3", 44_100, 2, null, MP3_DELAY],
    ["mp3/no-xing-vbr-44100-1.mp3", "mp3", 44_100, 1, null, MP3_DELAY],
  ]),
  ...group({ container: "ogg", seconds: LONG, ...CLOSE }, [
    ["ogg/vorbis-44100-2.ogg", "vorbis", 44_100, 2],
    ["ogg/vorbis-8000-1.ogg", "vorbis", 8_000, 1],
    ["ogg/vorbis-48000-6.ogg", "vorbis", 48_000, 6],
    ["ogg/vorbis-chained-44100-2.ogg", "vorbis", 44_100, 2, null, CHAINED],
  ]),
  ...group({ container: "ogg", seconds: LONG, ...OPUS }, [
    ["ogg/opus-48000-2.opus", "opus", 48_000, 2],
    ["ogg/opus-voice-48000-1.opus", "opus", 48_000, 1],
    ["ogg/opus-24000-1.opus", "opus", 48_000, 1],
    ["ogg/opus-16000-1.opus", "opus", 48_000, 1],
    ["ogg/opus-12000-1.opus", "opus", 48_000, 1],
    ["ogg/opus-8000-1.opus", "opus", 48_000, 1],
    ["ogg/opus-48000-6.opus", "opus", 48_000, 6],
  ]),
  ...group({ container: "ogg", seconds: SHORT, ...OPUS }, [
    ["ogg/opus-discrete-48000-4.opus", "opus", 48_000, 4],
  ]),
  ...group({ container: "webm", seconds: LONG, ...OPUS }, [
    ["matroska/opus-48000-2.webm", "opus", 48_000, 2],
    ["matroska/opus-live-48000-1.webm", "opus", 48_000, 1],
    ["matroska/video-48000-1.webm", "opus", 48_000, 1],
    ["matroska/vorbis-44100-2.webm", "vorbis", 44_100, 2, null, { ...CLOSE, extraSamples: 194 }],
    ["recorded/opus.webm", "opus", 48_000, 1, null, recorded(51_840)],
    ["recorded/video.webm", "opus", 48_000, 1, null, recorded(51_840)],
  ]),
  ...group({ container: "matroska", seconds: SHORT, ...EXACT }, [
    ["matroska/s16-44100-2.mka", "pcm_s16le", 44_100, 2, 16],
    ["matroska/s24-48000-1.mka", "pcm_s24le", 48_000, 1, 24],
    ["matroska/f32-48000-1.mka", "pcm_f32le", 48_000, 1, 32],
    ["matroska/flac24-48000-1.mka", "flac", 48_000, 1, 24],
    ["recorded/pcm.webm", "pcm_f32le", 48_000, 1, 32, recorded(52_320)],
  ]),
  ...group({ container: "matroska", seconds: LONG, ...CLOSE }, [
    ["matroska/aac-44100-2.mka", "aac", 44_100, 2, null, { extraSamples: 1_666, ...AAC_PRIMING }],
    ["matroska/mp3-44100-1.mka", "mp3", 44_100, 1, null, MP3_LEAD],
  ]),
  ...group({ container: "mp4", seconds: LONG, ...CLOSE }, [
    ["mp4/aac-44100-2.m4a", "aac", 44_100, 2],
    ["mp4/aac-faststart-48000-2.m4a", "aac", 48_000, 2],
    ["mp4/aac-16000-1.m4a", "aac", 16_000, 1],
    ["mp4/aac-48000-6.m4a", "aac", 48_000, 6],
    ["mp4/video-44100-1.mp4", "aac", 44_100, 1],
    [
      "mp4/aac-fragmented-44100-2.mp4",
      "aac",
      44_100,
      2,
      null,
      { extraSamples: 1_024, ...AAC_PRIMING },
    ],
    ["mp4/mp3-22050-2.mp4", "mp3", 22_050, 2],
    ["mp4/opus-48000-2.mp4", "opus", 48_000, 2, null, OPUS],
    ["recorded/opus.mp4", "opus", 48_000, 1, null, { ...OPUS, ...recorded(48_000) }],
    ["mp4/alac16-16000-1.m4a", "alac", 16_000, 1, 16, EXACT],
    ["mp4/amr-nb-8000-1.3gp", "amr_nb", 8_000, 1, null, { ...AMR, ...AMR_LOOK_AHEAD }],
  ]),
  ...group({ container: "mp4", seconds: SHORT, ...EXACT }, [
    ["mp4/opus-discrete-48000-4.mp4", "opus", 48_000, 4, null, OPUS],
    ["mp4/flac16-44100-1.mp4", "flac", 44_100, 1, 16],
    ["mp4/alac16-44100-2.m4a", "alac", 44_100, 2, 16],
    ["mp4/alac24-48000-2.m4a", "alac", 48_000, 2, 24],
    ["mp4/twos-44100-2.mov", "pcm_s16be", 44_100, 2, 16],
    ["mp4/sowt-48000-2.mov", "pcm_s16le", 48_000, 2, 16],
    ["mp4/in24-48000-1.mov", "pcm_s24be", 48_000, 1, 24],
    ["mp4/fl32-48000-1.mov", "pcm_f32le", 48_000, 1, 32],
  ]),
  ...group({ container: "adts", seconds: LONG, ...CLOSE }, [
    ["adts/aac-44100-2.aac", "aac", 44_100, 2, null, { extraSamples: 1_666, ...AAC_PRIMING }],
    ["adts/aac-16000-1.aac", "aac", 16_000, 1, null, { extraSamples: 1_856, ...AAC_PRIMING }],
    [
      "adts/aac-tagged-48000-1.aac",
      "aac",
      48_000,
      1,
      null,
      { extraSamples: 1_472, ...AAC_PRIMING },
    ],
  ]),
  ...group({ container: "adts", seconds: 0, ...CLOSE }, [
    ["adts/he-24000-1.aac", "aac", 24_000, 1, null, { extraSamples: 26_624, ...UNKNOWN_LEAD }],
    ["adts/he-44100-1.aac", "aac", 44_100, 1, null, { extraSamples: 49_152, ...UNKNOWN_LEAD }],
    ["adts/he-48000-1.aac", "aac", 48_000, 1, null, { extraSamples: 53_248, ...UNKNOWN_LEAD }],
    ["adts/he-44100-2.aac", "aac", 44_100, 2, null, { extraSamples: 49_152, ...UNKNOWN_LEAD }],
    ["adts/he2-44100-2.aac", "aac", 44_100, 2, null, { extraSamples: 49_152, ...UNKNOWN_LEAD }],
  ]),
  ...group({ container: "mp4", seconds: 0, ...CLOSE }, [
    [
      "mp4/he-implicit-44100-2.m4a",
      "aac",
      44_100,
      2,
      null,
      { extraSamples: 49_152, ...UNKNOWN_LEAD },
    ],
    ["mp4/he2-44100-2.m4a", "aac", 44_100, 2, null, { extraSamples: 141_312, ...UNKNOWN_LEAD }],
    [
      "mp4/he2-hierarchical-44100-2.m4a",
      "aac",
      44_100,
      2,
      null,
      { extraSamples: 141_312, ...UNKNOWN_LEAD },
    ],
  ]),
  ...group({ container: "matroska", seconds: 0, ...CLOSE }, [
    [
      "matroska/he2-44100-2.mka",
      "aac",
      44_100,
      2,
      null,
      { extraSamples: 141_312, ...UNKNOWN_LEAD },
    ],
  ]),
  ...group({ container: "amr", seconds: LONG, ...AMR }, [
    ["amr/amr-nb-12k2.amr", "amr_nb", 8_000, 1, null, AMR_LOOK_AHEAD],
    ["amr/amr-nb-4k75.amr", "amr_nb", 8_000, 1, null, AMR_LOOK_AHEAD],
    ["amr/amr-nb-pause.amr", "amr_nb", 8_000, 1, null, { ...AMR_LOOK_AHEAD, extraSamples: 4_800 }],
  ]),
];
