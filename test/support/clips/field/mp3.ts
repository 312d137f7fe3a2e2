/** MP3 files as rippers, stream recorders, podcasts and joiners leave them. */
import { joined } from "../../../../support/clips/bytes.ts";
import { id3Tag, id3v1Tag } from "../../../../support/clips/make-tags.ts";
import { mp3FramesOf, vbriFrame, xingFrame } from "../../../../support/clips/mp3-frames.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";
import type { FieldClip } from "./field-clip.ts";
import { FRAME_KINDS, type FrameSource, frameClip } from "./frame-kinds.ts";

const MPEG1_SAMPLES = 1_152;
const MPEG2_SAMPLES = 576;

/** Of MPEG 1, 2 and 2.5, at constant and variable bit rates; of files with a LAME header, the frames behind it. */
const SOURCES: readonly FrameSource[] = [
  source("no-xing-44100-2", 44_100, 2, MPEG1_SAMPLES, 0),
  source("mpeg2-16000-1", 16_000, 1, MPEG2_SAMPLES, 1),
  source("vbr-44100-2", 44_100, 2, MPEG1_SAMPLES, 1),
  source("mpeg25-8000-1", 8_000, 1, MPEG2_SAMPLES, 1),
  source("cbr-320k-48000-2", 48_000, 2, MPEG1_SAMPLES, 1),
  source("mpeg2-vbr-22050-2", 22_050, 2, MPEG2_SAMPLES, 1),
  source("no-xing-vbr-44100-1", 44_100, 1, MPEG1_SAMPLES, 0),
  source("cbr-32000-1", 32_000, 1, MPEG1_SAMPLES, 1),
  source("mpeg25-11025-1", 11_025, 1, MPEG2_SAMPLES, 1),
  source("mpeg2-24000-2", 24_000, 2, MPEG2_SAMPLES, 1),
];

const LAME = "mp3/vbr-44100-2.mp3";
const LAME_SECONDS = 1.1;
const SAMPLE = { extension: "mp3", container: "mp3", codec: "mp3", toleranceSeconds: 0 } as const;
const STEREO = { ...SAMPLE, sampleRateHz: 44_100, channels: 2, warnings: [] } as const;

/** What a first frame tells of the others. */
const TOLD: readonly FieldClip[] = [
  {
    ...STEREO,
    name: "mp3: a LAME header and an ID3v1 tag at its end, 44.1 kHz × 2",
    make: async () => joined(readClip(LAME), id3v1Tag()),
    clean: async () => readClip(LAME),
    seconds: LAME_SECONDS,
  },
  {
    ...STEREO,
    name: "mp3: Xing's count doubled, 44.1 kHz × 2",
    make: async () => toldFrames((count) => 2 * count),
    // ffmpeg: all but the delay of 1,105 samples.
    seconds: 49_583 / 44_100,
  },
  {
    ...STEREO,
    name: "mp3: Xing's count 0, 44.1 kHz × 2",
    make: async () => toldFrames(() => 0),
    seconds: 49_583 / 44_100,
  },
  {
    ...STEREO,
    name: "mp3: ends between frames, before as many as Xing tells, 44.1 kHz × 2",
    make: async () => joined(...mp3FramesOf(readClip(LAME)).slice(0, -4)),
    // ffmpeg: 40 of 44 frames without the delay.
    seconds: (40 * MPEG1_SAMPLES - 1_105) / 44_100,
    warnings: ["truncated"],
  },
  {
    ...STEREO,
    name: "mp3: Fraunhofer's header, 44.1 kHz × 2",
    make: async () => {
      const frames = mp3FramesOf(readClip("mp3/no-xing-44100-2.mp3"));
      const bytes = frames.reduce((sum, frame) => sum + frame.length, 314);
      return joined(vbriFrame(frames[1] as Uint8Array, frames.length, bytes), ...frames);
    },
    clean: async () => readClip("mp3/no-xing-44100-2.mp3"),
    seconds: (44 * MPEG1_SAMPLES) / 44_100,
  },
];

/** Files that were joined: two that differ are each what they are. */
const JOINED: readonly FieldClip[] = [
  {
    ...STEREO,
    name: "mp3: two with tags, joined, 44.1 kHz × 2",
    make: async () => joined(readClip(LAME), id3v1Tag(), id3Tag(500), readClip(LAME)),
    // ffmpeg 5.1: 100,271 samples; what encoders added is cut off in front of the first file and behind it.
    seconds: 100_271 / 44_100,
    toleranceSeconds: 0.04,
  },
  {
    ...STEREO,
    name: "mp3: 44.1 kHz × 2 joined with 8 kHz × 1",
    make: async () =>
      joined(
        readClip("mp3/no-xing-44100-2.mp3"),
        ...mp3FramesOf(readClip("mp3/mpeg25-8000-1.mp3")).slice(1),
      ),
    seconds: (44 * MPEG1_SAMPLES) / 44_100 + (18 * MPEG2_SAMPLES) / 8_000,
  },
];

export const MP3_CLIPS: readonly FieldClip[] = [
  ...FRAME_KINDS.map((kind, index) =>
    frameClip(SOURCES[index % SOURCES.length] as FrameSource, kind),
  ),
  ...TOLD,
  ...JOINED,
];

function source(
  name: string,
  sampleRateHz: number,
  channels: number,
  frameSamples: number,
  toldFrames: number,
): FrameSource {
  return {
    name,
    ...{ container: "mp3", codec: "mp3", extension: "mp3" },
    ...{ sampleRateHz, channels, frameSamples },
    frames: () => mp3FramesOf(readClip(`mp3/${name}.mp3`)).slice(toldFrames),
  };
}

/** The clip of LAME's with another count of frames in its header. */
function toldFrames(change: (count: number) => number): Uint8Array<ArrayBuffer> {
  const [first, ...others] = mp3FramesOf(readClip(LAME)) as [Uint8Array, ...Uint8Array[]];
  return joined(xingFrame(first, { frames: change(others.length) }), ...others);
}
