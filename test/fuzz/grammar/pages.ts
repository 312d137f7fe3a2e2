/** Ogg: pages with right checksums whose numbers and packets are anything. */
import fc from "fast-check";
import { joined, text, unsigned } from "../../../support/clips/bytes.ts";
import { oggPage, packetsOf } from "../../../support/clips/make-ogg.ts";
import { readClip } from "../../../support/decoding/fixtures.ts";
import { anyBytes, type Bytes, hostileNumber, mostly, named } from "./hostile.ts";

/** Packets as encoders make them, among them headers, to be put where they do not belong. */
const KNOWN_PACKETS = [
  "ogg/opus-48000-2.opus",
  "ogg/vorbis-44100-2.ogg",
  "flac/s24-48000-2.oga",
].flatMap((file) => packetsOf(readClip(file)).slice(0, 12));

const little = (value: number, bytes: number): Bytes => unsigned(value, bytes).reverse() as Bytes;

const opusHead = fc
  .tuple(mostly(1, 8), mostly(1, 8), hostileNumber(16), hostileNumber(32), mostly(0, 8), anyBytes)
  .map(([version, channels, skip, rate, mapping, tail]) =>
    joined(
      text("OpusHead"),
      [version, channels],
      little(skip, 2),
      little(rate, 4),
      [0, 0, mapping],
      mapping === 0 ? [] : tail,
    ),
  );
const vorbisHead = fc
  .tuple(mostly(2, 8), hostileNumber(32), mostly(0xb8, 8))
  .map(([channels, rate, blockSizes]) =>
    joined([1], text("vorbis"), little(0, 4), [channels], little(rate, 4), new Uint8Array(12), [
      blockSizes,
      1,
    ]),
  );
const flacHead = fc
  .tuple(hostileNumber(16), fc.uint8Array({ minLength: 34, maxLength: 34 }))
  .map(([headers, info]) =>
    joined([0x7f], text("FLAC"), [1, 0], unsigned(headers, 2), text("fLaC"), [0, 0, 0, 34], info),
  );

const packet = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...KNOWN_PACKETS).map((bytes) => bytes as Bytes) },
  { weight: 1, arbitrary: fc.oneof(opusHead, vorbisHead, flacHead) },
  { weight: 1, arbitrary: fc.constant(joined(text("OpusTags"), new Uint8Array(8))) },
  { weight: 1, arbitrary: anyBytes },
);

/** As many packets as a page can hold. */
function fitting(packets: readonly Uint8Array[]): Uint8Array[] {
  let segments = 0;
  return packets.filter((bytes) => {
    segments += Math.floor(bytes.length / 255) + 1;
    return segments <= 255;
  });
}

const page = fc
  .record({
    packets: fc.array(packet, { maxLength: 6 }).map(fitting),
    serial: mostly(1, 32),
    sequence: hostileNumber(32),
    granulePosition: fc.oneof(
      fc.nat({ max: 100_000 }).map(BigInt),
      fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
    ),
    isContinued: fc.boolean(),
    isFirst: fc.boolean(),
    isLast: fc.boolean(),
  })
  .map(oggPage);

const ogg = fc
  .tuple(
    fc.oneof(opusHead, vorbisHead, flacHead, fc.constantFrom(...KNOWN_PACKETS)),
    fc.array(page, { maxLength: 12 }),
    fc.boolean(),
  )
  .map(([head, pages, isNumbered]) =>
    joined(
      oggPage({ packets: [head], isFirst: true }),
      ...(isNumbered
        ? [oggPage({ packets: [joined(text("OpusTags"), new Uint8Array(8))], sequence: 1 })]
        : []),
      ...pages,
    ),
  );

export const pageFiles = named("Ogg", ogg);
