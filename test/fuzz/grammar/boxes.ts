/** MP4 and MOV: the boxes of a sound track with hostile tables, and boxes in boxes of any kind. */
import fc from "fast-check";
import { joined, text, unsigned } from "../../../support/clips/bytes.ts";
import { box, boxOfSize, FTYP, fullBox, words } from "../../../support/clips/make-mp4.ts";
import { anyBytes, type Bytes, hostileNumber, mostly, named } from "./hostile.ts";

const CODECS = ["mp4a", "sowt", "twos", "alac", "Opus", "fLaC", "lpcm", "ulaw", ".mp3", "samr"];
const CONFIGURATIONS = ["esds", "alac", "dOps", "dfLa", "wave", "chan", "damr"];
const PARENTS = ["moov", "trak", "mdia", "minf", "stbl", "edts", "moof", "traf", "mvex", "udta"];
const TABLES = [
  "stts",
  "stsc",
  "stsz",
  "stco",
  "co64",
  "stz2",
  "elst",
  "trun",
  "tfhd",
  "trex",
  "ctts",
];

const table = fc
  .tuple(
    fc.constantFrom(...TABLES),
    hostileNumber(24),
    fc.array(hostileNumber(32), { maxLength: 24 }),
  )
  .map(([type, flags, numbers]) => fullBox(type, flags, words(...numbers)));

const configuration = fc
  .tuple(fc.constantFrom(...CONFIGURATIONS), anyBytes)
  .map(([type, bytes]) => box(type, words(0), bytes));

const soundEntry = fc
  .tuple(
    fc.constantFrom(...CODECS),
    mostly(0, 16),
    mostly(1, 16),
    mostly(16, 16),
    mostly(8_000, 16),
    fc.array(configuration, { maxLength: 3 }),
  )
  .map(([type, version, channels, bits, rate, boxes]) =>
    box(
      type,
      new Uint8Array(6),
      unsigned(1, 2),
      unsigned(version, 2),
      new Uint8Array(6),
      unsigned(channels, 2),
      unsigned(bits, 2),
      words(0),
      unsigned(rate, 2),
      unsigned(0, 2),
      ...boxes,
    ),
  );

/** The tables of one track: each there or not, or twice. */
const sampleTables = fc
  .tuple(soundEntry, mostly(1, 32), fc.array(table, { minLength: 2, maxLength: 8 }))
  .map(([entry, count, tables]) => [fullBox("stsd", 0, words(count), entry), ...tables]);

/** A track that can be read but for its numbers. */
const track = fc
  .tuple(sampleTables, mostly(8_000, 32), hostileNumber(32), fc.array(table, { maxLength: 2 }))
  .map(([tables, timescale, length, edits]) =>
    box(
      "trak",
      fullBox("tkhd", 0, words(0, 0, 1, 0)),
      box("edts", ...edits),
      box(
        "mdia",
        fullBox("mdhd", 0, words(0, 0, timescale, length)),
        fullBox("hdlr", 0, words(0), text("soun"), new Uint8Array(12)),
        box("minf", box("stbl", ...tables)),
      ),
    ),
  );

/** A usual track of 16-bit samples whose one table is hostile. */
const nearlyRightTrack = fc
  .tuple(fc.nat({ max: 400 }), mostly(600, 32), fc.array(table, { maxLength: 1 }), soundEntry)
  .map(([count, offset, odd, entry]) =>
    box(
      "trak",
      fullBox("tkhd", 0, words(0, 0, 1, 0)),
      box(
        "mdia",
        fullBox("mdhd", 0, words(0, 0, 8_000, count)),
        fullBox("hdlr", 0, words(0), text("soun"), new Uint8Array(12)),
        box(
          "minf",
          box(
            "stbl",
            ...odd,
            fullBox("stsd", 0, words(1), entry),
            fullBox("stts", 0, words(1, count, 1)),
            fullBox("stsc", 0, words(1, 1, count, 1)),
            fullBox("stsz", 0, words(2, count)),
            fullBox("stco", 0, words(1, offset)),
          ),
        ),
      ),
    ),
  );

const { tree } = fc.letrec<{ tree: Bytes }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(table, configuration),
    fc
      .tuple(fc.constantFrom(...PARENTS), fc.array(tie("tree"), { maxLength: 4 }))
      .chain(([type, children]) => {
        const body = joined(...children);
        return mostly(body.length + 8, 32).map((size) => boxOfSize(type, size, body));
      }),
  ),
}));

const movie = fc
  .tuple(
    fc.array(fc.oneof(track, nearlyRightTrack, tree), { minLength: 1, maxLength: 3 }),
    anyBytes,
  )
  .map(([parts, samples]) =>
    joined(
      FTYP,
      box("moov", fullBox("mvhd", 0, words(0, 0, 1_000, 0)), ...parts),
      box("mdat", samples),
    ),
  );
const anyTree = fc.array(tree, { maxLength: 6 }).map((parts) => joined(FTYP, ...parts));

export const boxFiles = named("MP4", fc.oneof({ weight: 3, arbitrary: movie }, anyTree));
