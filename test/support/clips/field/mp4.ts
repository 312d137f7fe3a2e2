/** MP4 and QuickTime files that begin with other boxes, or have other tracks beside the one that is read. */
import { int16s, joined, text } from "../../../../support/clips/bytes.ts";
import {
  box,
  editList,
  FTYP,
  largeBox,
  makeMp4,
  movieIndex,
  soundEntry,
  type TrackContent,
  track,
} from "../../../../support/clips/make-mp4.ts";
import { apeTag, id3v1Tag } from "../../../../support/clips/make-tags.ts";
import type { FieldClip } from "./field-clip.ts";
import { fixtureLink, formatOf } from "./fixture-link.ts";
import { contentOf, SOUNDS } from "./sounds.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What a file may begin with. */
const FRONTS: readonly (readonly [what: string, front: Bytes])[] = [
  ["uuid", box("uuid", new Uint8Array(16).fill(1))],
  ["a uuid box of 20 kB", box("uuid", new Uint8Array(20_000).fill(0xff))],
  ["pnot and PICT", joined(box("pnot", new Uint8Array(12)), box("PICT", new Uint8Array(2_000)))],
  ["udta", box("udta", box("\xa9too", text("whatever")))],
  ["free of 90 kB", box("free", new Uint8Array(90_000))],
  ["free with a size of eight bytes", largeBox("free", new Uint8Array(700))],
  ["skip and junk", joined(box("skip", [1, 2, 3]), box("junk", new Uint8Array(40)))],
  ["a box of another name", box("\xa9xyz", text("whatever"))],
];
const FILES = [
  "mp4/aac-faststart-48000-2.m4a",
  "mp4/aac-44100-2.m4a",
  "mp4/opus-48000-2.mp4",
  "mp4/flac16-44100-1.mp4",
  "mp4/mp3-22050-2.mp4",
  "mp4/alac16-44100-2.m4a",
  "mp4/amr-nb-8000-1.3gp",
  "mp4/sowt-48000-2.mov",
];

const FRAGMENTED = "mp4/aac-fragmented-44100-2.mp4";
/** What taggers and servers leave at the end of a file. */
const BEHIND_FRAGMENTS: readonly (readonly [what: string, bytes: Bytes])[] = [
  ["an ID3v1 tag", id3v1Tag()],
  ["an APE tag", apeTag(80)],
  ["a line feed", text("\n")],
  ["zeros", new Uint8Array(600)],
  ["free", box("free", new Uint8Array(70))],
];

const { sampleRateHz } = SOUNDS.voice;
const [VOICE] = contentOf(SOUNDS.voice).channels as readonly [Float32Array];
const VOICE_BYTES = int16s(Array.from(VOICE, (sample) => Math.round(sample * 0x7fff)));
const VOICE_TRACK: TrackContent = { entry: soundEntry({ sampleRateHz }), timescale: sampleRateHz };
const EMPTY_EDIT = 0xffffffff;
const AC3_TRACK = track({ entry: soundEntry({ format: "ac-3" }) });
const ENCRYPTED_TRACK = track({
  entry: soundEntry({ format: "enca", boxes: [box("sinf", box("frma", text("mp4a")))] }),
});

export const MP4_CLIPS: readonly FieldClip[] = [
  ...FRONTS.map(([what, front], index) => frontClip(what, front, FILES[index] as string)),
  frontClip("uuid", box("uuid", new Uint8Array(40)), FRAGMENTED),
  ...BEHIND_FRAGMENTS.map(([what, bytes]) => fragmentsClip(what, bytes)),
  pcmClip("AC-3 before the track that is read", () => withTracks(AC3_TRACK)),
  pcmClip("an encrypted track before the one that is read", () => withTracks(ENCRYPTED_TRACK)),
  pcmClip("a cover picture as a track", () => withTracks(track({ handler: "vide" }))),
  pcmClip("an empty edit in front", () =>
    makeMp4(VOICE_BYTES, { ...VOICE_TRACK, edits: editList([400, EMPTY_EDIT], [300, 0]) }),
  ),
  pcmClip("mdat with a size of eight bytes before moov", mdatFirst),
];

/** Fragments with something behind them. */
function fragmentsClip(what: string, behind: Bytes): FieldClip {
  const link = fixtureLink(FRAGMENTED);
  return {
    ...formatOf(link),
    name: `mp4: ${what} behind ${FRAGMENTED}`,
    extension: "mp4",
    make: async () => joined(link.bytes, behind),
    clean: async () => link.bytes,
    toleranceSeconds: 0,
    warnings: [],
  };
}

/** A fixture with boxes before it, whose index says where its samples lie then. */
function frontClip(what: string, front: Bytes, file: string): FieldClip {
  const link = fixtureLink(file);
  return {
    ...formatOf(link),
    name: `mp4: ${what} before ${file}`,
    extension: file.slice(file.lastIndexOf(".") + 1),
    make: async () => joined(front, withOffsets(link.bytes, front.length)),
    clean: async () => link.bytes,
    toleranceSeconds: 0,
    warnings: [],
  };
}

/** The file as if it lay further back in another. */
function withOffsets(file: Bytes, moved: number): Bytes {
  const bytes = file.slice();
  const at = Buffer.from(bytes).indexOf("stco");
  const view = new DataView(bytes.buffer, at + 4);
  const count = at < 0 ? 0 : view.getUint32(4);
  for (let entry = 0; entry < count; entry++) {
    view.setUint32(8 + 4 * entry, view.getUint32(8 + 4 * entry) + moved);
  }
  return bytes;
}

function pcmClip(what: string, make: () => Bytes): FieldClip {
  return {
    name: `mp4: ${what}`,
    extension: "mp4",
    make: async () => make(),
    clean: async () => makeMp4(VOICE_BYTES, VOICE_TRACK),
    container: "mp4",
    codec: "pcm_s16le",
    sampleRateHz,
    channels: 1,
    seconds: VOICE.length / sampleRateHz,
    toleranceSeconds: 0,
    warnings: [],
  };
}

function withTracks(...others: readonly Bytes[]): Bytes {
  const index = (offset: number) =>
    movieIndex(...others, track({ ...VOICE_TRACK, chunks: [[offset, VOICE.length]] }));
  const offset = FTYP.length + index(0).length + 8;
  return joined(FTYP, index(offset), box("mdat", VOICE_BYTES));
}

function mdatFirst(): Bytes {
  const offset = FTYP.length + 16;
  const index = movieIndex(track({ ...VOICE_TRACK, chunks: [[offset, VOICE.length]] }));
  return joined(FTYP, largeBox("mdat", VOICE_BYTES), index);
}
