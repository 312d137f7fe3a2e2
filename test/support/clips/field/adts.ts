/** ADTS files as HLS downloads, stream recorders and phones leave them. */
import {
  ADTS_HEADER_BYTES,
  adtsFrame,
  adtsFramesOf,
} from "../../../../support/clips/adts-frames.ts";
import { joined } from "../../../../support/clips/bytes.ts";
import { hlsTag } from "../../../../support/clips/make-tags.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";
import type { FieldClip } from "./field-clip.ts";
import { FRAME_KINDS, type FrameKind, type FrameSource, frameClip } from "./frame-kinds.ts";

const FRAME_SAMPLES = 1_024;
const BROKEN = 9;

const SOURCES: readonly FrameSource[] = [
  source("aac-44100-2", 44_100, 2),
  source("aac-16000-1", 16_000, 1),
  source("aac-tagged-48000-1", 48_000, 1),
];

const KINDS: readonly FrameKind[] = [
  ...FRAME_KINDS,
  {
    what: "frames with checksums",
    make: (frames) => joined(...frames.map(withChecksum)),
    isClean: true,
    warnings: [],
  },
  {
    what: "MPEG-2's id",
    make: (frames) => joined(...frames.map((frame) => frame.with(1, (frame[1] as number) | 8))),
    isClean: true,
    warnings: [],
  },
  {
    what: "a frame in the middle broken so that it seems to have coupled channels",
    make: (frames) =>
      joined(...frames.map((frame, at) => (at === BROKEN ? coupled(frame) : frame))),
    heard: (frames) => frames.toSpliced(BROKEN, 1),
    isClean: false,
    warnings: ["part-skipped"],
  },
  {
    what: "a first frame broken so that it seems to have coupled channels",
    make: ([first = new Uint8Array(), ...others]) => joined(coupled(first), ...others),
    heard: (frames) => frames.slice(1),
    isClean: false,
    warnings: ["part-skipped"],
  },
  {
    what: "the audio of a frame in the middle broken",
    make: (frames) =>
      joined(
        ...frames.map((frame, at) =>
          at === BROKEN ? frame.slice().fill(0xff, ADTS_HEADER_BYTES) : frame,
        ),
      ),
    heard: (frames) => frames.toSpliced(BROKEN, 1),
    isClean: false,
    warnings: ["part-skipped"],
  },
];

export const ADTS_CLIPS: readonly FieldClip[] = [
  ...KINDS.map((kind, index) => frameClip(SOURCES[index % SOURCES.length] as FrameSource, kind)),
  {
    name: "adts: 16 kHz × 1 joined with 44.1 kHz × 2, tags between",
    ...{ extension: "aac", container: "adts", codec: "aac", sampleRateHz: 16_000, channels: 1 },
    make: async () =>
      joined(readClip("adts/aac-16000-1.aac"), hlsTag(), readClip("adts/aac-44100-2.aac")),
    seconds: (19 * FRAME_SAMPLES) / 16_000 + (49 * FRAME_SAMPLES) / 44_100,
    toleranceSeconds: 0,
    warnings: [],
  },
];

function source(name: string, sampleRateHz: number, channels: number): FrameSource {
  return {
    name,
    ...{ container: "adts", codec: "aac", extension: "aac" },
    ...{ sampleRateHz, channels, frameSamples: FRAME_SAMPLES },
    frames: () => adtsFramesOf(withoutTag(readClip(`adts/${name}.aac`))),
  };
}

/** ffmpeg's tag of the fixture with one, up to the first frame. */
function withoutTag(file: Uint8Array): Uint8Array {
  return file.subarray(file.indexOf(0xff));
}

/** With an element of another kind in front (ISO/IEC 14496-3, table 4.85: id_syn_ele 2). */
function coupled(frame: Uint8Array): Uint8Array {
  return frame.with(ADTS_HEADER_BYTES, 0b010_00000);
}

/** Two bytes behind the header, which decoders need not check. */
function withChecksum(frame: Uint8Array): Uint8Array {
  const header = joined(frame.subarray(0, ADTS_HEADER_BYTES), [0x12, 0x34]);
  header[1] = (header[1] as number) & 0xfe;
  return adtsFrame(header, frame.subarray(ADTS_HEADER_BYTES));
}
