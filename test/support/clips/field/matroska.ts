/** Matroska and WebM files with elements, tracks and set-up data as some muxers write them. */
import * as ids from "../../../../src/audio/containers/matroska/ids.ts";
import { int16s, joined, text, unsigned } from "../../../../support/clips/bytes.ts";
import {
  block,
  ebmlHeader,
  element,
  makeMatroska,
  openElement,
  trackEntry,
} from "../../../../support/clips/make-matroska.ts";
import { packetsOf } from "../../../../support/clips/make-ogg.ts";
import type { FieldClip } from "./field-clip.ts";
import { fixtureLink } from "./fixture-link.ts";
import { longPackets } from "./opus-packets.ts";
import { contentOf, SOUNDS } from "./sounds.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const CUES = 0x1c53bb6b;
const SEEK_HEAD = 0x114d9b74;
const TAGS = 0x1254c367;
const VOID = 0xec;
const { sampleRateHz } = SOUNDS.voice;
const [VOICE] = contentOf(SOUNDS.voice).channels as readonly [Float32Array];
const VOICE_BYTES = int16s(Array.from(VOICE, (sample) => Math.round(sample * 0x7fff)));
const ENTRY = trackEntry({ number: 1, sampleRateHz });
const BLOCK = element(ids.SIMPLE_BLOCK, block(VOICE_BYTES));
const filler = (id: number, bytes: number) => element(id, new Uint8Array(bytes).fill(0x80));

const PCM: readonly (readonly [what: string, make: () => Bytes])[] = [
  ["cues before the clusters", () => file(filler(CUES, 3_000))],
  ["a seek head, tags and 8 kB of void before the clusters", seekable],
  ["AC-3 before the track that is read", () => beside(trackEntry({ number: 7, codecId: "A_AC3" }))],
  ["pictures before the sound", () => beside(trackEntry({ number: 7, type: 1, codecId: "V_VP9" }))],
  ["clusters of unknown size", live],
  ["an attachment behind", () => joined(file(), filler(VOID, 40))],
];

export const MATROSKA_CLIPS: readonly FieldClip[] = [
  ...PCM.map(([what, make]) => ({
    name: `matroska: ${what}`,
    extension: "mka",
    make: async () => make(),
    clean: async () => file(),
    ...{ container: "webm", codec: "pcm_s16le", sampleRateHz, channels: 1 },
    seconds: VOICE.length / sampleRateHz,
    toleranceSeconds: 0,
    warnings: [],
  })),
  opusClip("Opus of channel mapping family 255", "ogg/opus-discrete-48000-4.opus", (all) => all),
  opusClip("Opus packets of 120 ms", "ogg/opus-48000-2.opus", (all) => longPackets(all, 6)),
];

function file(...before: readonly Bytes[]): Bytes {
  const tracks = element(ids.TRACKS, ENTRY);
  return joined(ebmlHeader(), element(ids.SEGMENT, tracks, ...before, element(ids.CLUSTER, BLOCK)));
}

function seekable(): Bytes {
  const [front, behind] = [filler(SEEK_HEAD, 60), [filler(TAGS, 500), filler(VOID, 8_192)]];
  const tracks = element(ids.TRACKS, ENTRY);
  const cluster = element(ids.CLUSTER, BLOCK);
  return joined(ebmlHeader(), element(ids.SEGMENT, front, tracks, ...behind, cluster));
}

function beside(other: Bytes): Bytes {
  const theirs = element(ids.SIMPLE_BLOCK, block(text("whatever"), { track: 7 }));
  return makeMatroska([other, ENTRY], [theirs, BLOCK, theirs]);
}

function live(): Bytes {
  const half = VOICE_BYTES.length >> 1;
  const clusters = [VOICE_BYTES.subarray(0, half), VOICE_BYTES.subarray(half)].map((bytes) =>
    openElement(ids.CLUSTER, element(ids.SIMPLE_BLOCK, block(bytes))),
  );
  return joined(ebmlHeader(), openElement(ids.SEGMENT, element(ids.TRACKS, ENTRY), ...clusters));
}

/** The packets of an Ogg file, of which the last gives less than it has. */
function opusClip(
  what: string,
  source: string,
  change: (packets: readonly Uint8Array[]) => readonly Uint8Array[],
): FieldClip {
  const { bytes, channels, seconds } = fixtureLink(source);
  const [head, , ...packets] = packetsOf(bytes) as [Uint8Array, Uint8Array, ...Uint8Array[]];
  const preSkip = new DataView(head.buffer, head.byteOffset).getUint16(10, true);
  const allSeconds = packets.length * 0.02 - preSkip / 48_000;
  const padding = element(
    ids.DISCARD_PADDING,
    unsigned(Math.round((allSeconds - seconds) * 1e9), 4),
  );
  const make = () => {
    const sound = change(packets);
    const blocks = sound.map((packet, index) => {
      const only = element(ids.BLOCK, block(packet, { flags: 0 }));
      return index < sound.length - 1
        ? element(ids.SIMPLE_BLOCK, block(packet))
        : element(ids.BLOCK_GROUP, only, padding);
    });
    const entry = trackEntry({
      codecId: "A_OPUS",
      codecPrivate: head,
      sampleRateHz: 48_000,
      channels,
    });
    return makeMatroska([entry], blocks);
  };
  return {
    name: `matroska: ${what}`,
    extension: "webm",
    make: async () => make(),
    clean: async () => bytes,
    ...{ container: "webm", codec: "opus", sampleRateHz: 48_000, channels, seconds },
    toleranceSeconds: 0,
    warnings: [],
  };
}
