/** Ogg files whose pages are odd, damaged or missing, and Opus packets of every length. */
import { joined, text } from "../../../../support/clips/bytes.ts";
import { oggPage, pagesOf, repaged, repagedPages } from "../../../../support/clips/make-ogg.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";
import type { FieldClip } from "./field-clip.ts";
import { fixtureLink, formatOf } from "./fixture-link.ts";
import { longPackets, opusFrames, padded, withPauses } from "./opus-packets.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const VOICE = fixtureLink("ogg/opus-voice-48000-1.opus");
const STEREO = fixtureLink("ogg/opus-48000-2.opus");
const FLAC = fixtureLink("flac/s24-48000-2.oga");
const VORBIS = fixtureLink("ogg/vorbis-44100-2.ogg");
const OPUS_PACKET_SECONDS = 0.02;
/** Of FLAC at 48 kHz, as ffmpeg makes it. */
const FLAC_BLOCK_SECONDS = 4_608 / 48_000;
const VORBIS_BLOCK_SECONDS = 2_048 / 44_100;

const OPUS = { framesOf: opusFrames };
const opusPages = repagedPages(STEREO.bytes, OPUS);
const MIDDLE = 20;

/** The pages with one changed, or with something before it. */
function withMiddle(change: (page: Bytes) => readonly Uint8Array[]): Bytes {
  return joined(...opusPages.flatMap((page, index) => (index === MIDDLE ? change(page) : [page])));
}

function damaged(page: Uint8Array): Bytes {
  const changed = page.slice() as Bytes;
  changed[30] = (changed[30] as number) ^ 0x10;
  return changed;
}

/** What is odd about a stereo Opus file, how many packets it loses by that, and what is told of it. */
const OPUS_PAGES: readonly (readonly [string, () => Bytes, number, string[]])[] = [
  ["a page with a bad checksum", () => withMiddle((page) => [damaged(page)]), 1, ["part-skipped"]],
  ["a page that is cut", () => withMiddle((page) => [page.subarray(0, 50)]), 1, ["part-skipped"]],
  ["noise before a page", () => withMiddle((page) => [text("noise"), page]), 0, ["part-skipped"]],
  ["zeros before a page", () => withMiddle((page) => [zeros(70_000), page]), 0, ["part-skipped"]],
  ["noise in place of a page", () => withMiddle(() => [zeros(300)]), 1, ["part-skipped"]],
  ["a page missing", () => withMiddle(() => []), 1, ["part-missing"]],
  ["ten pages missing", () => without(MIDDLE, 10), 10, ["part-missing"]],
  ["a bad page and one missing", badAndMissing, 2, ["part-skipped", "part-missing"]],
  [
    "the comments damaged",
    () => joined(...opusPages.map(atIndex(1, damaged))),
    0,
    ["part-skipped"],
  ],
  [
    "packets over several pages",
    () => repaged(STEREO.bytes, { ...OPUS, change: lengthened }),
    0,
    [],
  ],
  [
    "packets of 40 ms",
    () => repaged(STEREO.bytes, { ...OPUS, change: (all) => longPackets(all, 2) }),
    0,
    [],
  ],
  [
    "packets of 60 ms",
    () => repaged(STEREO.bytes, { ...OPUS, change: (all) => longPackets(all, 3) }),
    0,
    [],
  ],
  [
    "packets of 120 ms",
    () => repaged(STEREO.bytes, { ...OPUS, change: (all) => longPackets(all, 6) }),
    0,
    [],
  ],
  ["pauses of no frames", () => repaged(STEREO.bytes, { ...OPUS, change: paused }), 0, []],
  ["a Skeleton beside it", withSkeleton, 0, []],
];

/** Ends that are whole without saying so; the samples behind the last granule position are heard. */
const ENDS: readonly (readonly [string, Uint8Array, string[]])[] = [
  ["", new Uint8Array(), []],
  [", zeros behind it", zeros(2_000), []],
  [", an ID3v1 tag behind it", text("TAG".padEnd(128)), []],
  [", an APE tag behind it", text("APETAGEX".padEnd(32)), []],
  [", noise behind it", text("and so on"), ["part-skipped"]],
];

export const OGG_PAGE_CLIPS: readonly FieldClip[] = [
  ...OPUS_PAGES.map(([what, make, lostPackets, warnings]) => ({
    ...formatOf(STEREO),
    name: `ogg: Opus with ${what}`,
    extension: "opus",
    make: async () => make(),
    seconds: STEREO.seconds - lostPackets * OPUS_PACKET_SECONDS,
    toleranceSeconds: 0,
    warnings,
  })),
  ...ENDS.map(([what, tail, warnings]) => ({
    ...formatOf(VOICE),
    name: `ogg: Opus without an end mark${what}`,
    extension: "opus",
    make: async () =>
      joined(repaged(VOICE.bytes, { ...OPUS, packetsPerPage: 50, hasEnd: false }), tail),
    seconds: 56 * OPUS_PACKET_SECONDS - 312 / 48_000,
    toleranceSeconds: 0,
    warnings,
  })),
  {
    ...formatOf(VORBIS),
    name: "ogg: Vorbis without an end mark",
    extension: "ogg",
    make: async () => repaged(VORBIS.bytes, { headers: 3, packetsPerPage: 20, hasEnd: false }),
    toleranceSeconds: VORBIS_BLOCK_SECONDS,
    warnings: [],
  },
  {
    ...formatOf(VORBIS),
    name: "ogg: Vorbis with a bad page",
    extension: "ogg",
    make: async () =>
      joined(...repagedPages(VORBIS.bytes, { headers: 3 }).map(atIndex(40, damaged))),
    toleranceSeconds: 2 * VORBIS_BLOCK_SECONDS,
    warnings: ["part-skipped"],
  },
  {
    ...formatOf(FLAC),
    name: "ogg: FLAC without an end mark",
    extension: "oga",
    make: async () => repaged(FLAC.bytes, { hasEnd: false }),
    toleranceSeconds: 0,
    warnings: [],
  },
  {
    ...formatOf(FLAC),
    name: "ogg: FLAC with a bad page",
    extension: "oga",
    make: async () => joined(...repagedPages(FLAC.bytes).map(atIndex(2, damaged))),
    seconds: FLAC.seconds - FLAC_BLOCK_SECONDS,
    toleranceSeconds: 0,
    warnings: ["part-skipped"],
  },
  {
    ...formatOf(VOICE),
    name: "ogg: Opus that breaks off within a page",
    extension: "opus",
    make: async () =>
      joined(...repagedPages(VOICE.bytes, OPUS).slice(0, 32)).slice(0, -10) as Bytes,
    seconds: 29 * OPUS_PACKET_SECONDS - 312 / 48_000,
    toleranceSeconds: 0,
    warnings: ["truncated"],
  },
];

function zeros(bytes: number): Bytes {
  return new Uint8Array(bytes);
}

function without(from: number, count: number): Bytes {
  return joined(...opusPages.slice(0, from), ...opusPages.slice(from + count));
}

function badAndMissing(): Bytes {
  const pages = opusPages.map(atIndex(MIDDLE, damaged));
  return joined(...pages.slice(0, 40), ...pages.slice(41));
}

function atIndex(
  at: number,
  change: (page: Bytes) => Bytes,
): (page: Bytes, index: number) => Bytes {
  return (page, index) => (index === at ? change(page) : page);
}

function lengthened(packets: readonly Uint8Array[]): Uint8Array[] {
  return packets.map(padded);
}

function paused(packets: readonly Uint8Array[]): Uint8Array[] {
  return withPauses(packets, 30, 40);
}

/** Ogg Skeleton (wiki.xiph.org/Ogg_Skeleton_4): a stream that tells of the others, and ends before they begin. */
function withSkeleton(): Bytes {
  const [head, ...rest] = pagesOf(readClip(STEREO.file));
  const fishead = joined(text("fishead\0"), [4, 0, 0, 0], new Uint8Array(68));
  const fisbone = joined(text("fisbone\0"), new Uint8Array(44));
  const skeleton = { serial: 0x5ce1e70, granulePosition: 0n };
  return joined(
    oggPage({ ...skeleton, packets: [fishead], isFirst: true }),
    head as Uint8Array,
    oggPage({ ...skeleton, packets: [fisbone], sequence: 1 }),
    oggPage({ ...skeleton, packets: [new Uint8Array()], sequence: 2, isLast: true }),
    ...rest,
  );
}
