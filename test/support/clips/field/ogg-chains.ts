/** Chained Ogg files, as radio streams, recorders that go on and programs that join files leave them. */
import { joined, text } from "../../../../support/clips/bytes.ts";
import { oggPage, packetsOf, pagesOf, repaged } from "../../../../support/clips/make-ogg.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";
import type { FieldClip } from "./field-clip.ts";
import { type FixtureLink, fixtureLink, formatOf } from "./fixture-link.ts";
import { opusFrames } from "./opus-packets.ts";

const OPUS_MONO = "ogg/opus-voice-48000-1.opus";
const OPUS_STEREO = "ogg/opus-48000-2.opus";
const OPUS_SURROUND = "ogg/opus-48000-6.opus";
const OPUS_DISCRETE = "ogg/opus-discrete-48000-4.opus";
const VORBIS_8 = "ogg/vorbis-8000-1.ogg";
const VORBIS_44 = "ogg/vorbis-44100-2.ogg";
const VORBIS_SURROUND = "ogg/vorbis-48000-6.ogg";
const FLAC_16 = "flac/s16-44100-2.oga";
const FLAC_24 = "flac/s24-48000-2.oga";

const CHAINS: readonly (readonly string[])[] = [
  [OPUS_MONO, OPUS_STEREO],
  [OPUS_STEREO, OPUS_MONO],
  [OPUS_SURROUND, OPUS_MONO, OPUS_STEREO],
  [OPUS_DISCRETE, OPUS_SURROUND],
  [OPUS_MONO, OPUS_MONO, OPUS_MONO],
  [VORBIS_8, VORBIS_44],
  [VORBIS_44, VORBIS_SURROUND, VORBIS_8, VORBIS_44],
  [FLAC_16, FLAC_24],
  [FLAC_24, FLAC_16, FLAC_24],
  [OPUS_MONO, VORBIS_44, FLAC_24],
  [VORBIS_8, FLAC_16, OPUS_STEREO, VORBIS_44, OPUS_MONO],
];

/** What lies between two links, and what is told of it. */
type Between = readonly [what: string, bytes: Uint8Array<ArrayBuffer>, warnings: string[]];

const [SPEEX, VIDEO] = [readClip("refused/speex.ogg"), readClip("refused/video-without-sound.ogv")];
const BETWEEN: readonly Between[] = [
  ["zeros", new Uint8Array(1_000), ["part-skipped"]],
  ["noise", text("OggS and so on, OggS\0 too"), ["part-skipped"]],
  ["a Speex link", SPEEX, ["part-skipped"]],
  ["a link of pictures", VIDEO, ["part-skipped"]],
  ["a link without packets of sound", emptyLink(), []],
];

export const OGG_CHAIN_CLIPS: readonly FieldClip[] = [
  ...CHAINS.map((files) => chainOf(files.map(fixtureLink))),
  ...BETWEEN.map(([what, bytes, warnings]) => ({
    ...chainOf([OPUS_MONO, VORBIS_8].map(fixtureLink), bytes),
    name: `ogg: ${what} between two links`,
    warnings,
  })),
  {
    ...chainOf([OPUS_MONO, OPUS_STEREO].map(fixtureLink)),
    name: "ogg: two links without marks at their ends",
    make: async () =>
      joined(
        ...[OPUS_MONO, OPUS_STEREO].map((file) =>
          repaged(readClip(file), { framesOf: opusFrames, hasEnd: false }),
        ),
      ),
    // The last packets are not cut.
    seconds: 2 * (56 * 0.02 - 312 / 48_000),
  },
];

function chainOf(links: readonly FixtureLink[], between = new Uint8Array()): FieldClip {
  const [first, ...others] = links as [FixtureLink, ...FixtureLink[]];
  const rates = links.map(({ sampleRateHz }) => sampleRateHz);
  return {
    ...formatOf(first),
    name: `ogg: ${links.map(({ file }) => file.replace(/^\w+\//, "")).join(" + ")}`,
    extension: "ogg",
    make: async () => joined(first.bytes, ...others.flatMap(({ bytes }) => [between, bytes])),
    seconds: links.reduce((sum, { seconds }) => sum + seconds, 0),
    toleranceSeconds: 0,
    rateChanges: rates.filter((rate, index) => index > 0 && rate !== rates[index - 1]).length,
    warnings: [],
  };
}

function emptyLink(): Uint8Array<ArrayBuffer> {
  const [head, tags] = packetsOf(joined(...pagesOf(readClip(OPUS_MONO)).slice(0, 2)));
  return joined(
    oggPage({ packets: [head as Uint8Array], isFirst: true, serial: 5 }),
    oggPage({ packets: [tags as Uint8Array], sequence: 1, isLast: true, serial: 5 }),
  );
}
