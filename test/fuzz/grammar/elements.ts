/** Matroska and WebM: a track of any codec with blocks of any lacing, and elements in elements of any kind. */
import fc from "fast-check";
import * as ids from "../../../src/audio/containers/matroska/ids.ts";
import { joined, text, unsigned } from "../../../support/clips/bytes.ts";
import {
  ebmlHeader,
  element,
  elementOfSize,
  openElement,
  trackEntry,
} from "../../../support/clips/make-matroska.ts";
import { anyBytes, type Bytes, hostileNumber, mostly, named } from "./hostile.ts";

const CODECS = [
  "A_PCM/INT/LIT",
  "A_PCM/FLOAT/IEEE",
  "A_OPUS",
  "A_VORBIS",
  "A_FLAC",
  "A_AAC",
  "A_MPEG/L3",
];
const ALL_IDS = [...Object.values(ids).filter((id) => typeof id === "number"), 0xec, 0xbf];

const entry = fc
  .record({
    number: mostly(1, 7),
    type: mostly(2, 8),
    codecId: fc.constantFrom(...CODECS),
    codecPrivate: fc.option(anyBytes, { nil: undefined }),
    sampleRateHz: fc.oneof(fc.constantFrom(8_000, 48_000), fc.double()),
    channels: mostly(1, 8),
    bitsPerSample: mostly(16, 8),
  })
  .map(({ codecPrivate, ...rest }) =>
    trackEntry(codecPrivate === undefined ? rest : { ...rest, codecPrivate }),
  );

/** Of all four lacings, whose tables say anything. */
const blockBody = fc
  .tuple(mostly(1, 7), hostileNumber(16), fc.constantFrom(0, 2, 4, 6, 0x80, 0x82, 0x86), anyBytes)
  .map(([track, time, flags, body]) => joined([0x80 | track], unsigned(time, 2), [flags], body));

const { part } = fc.letrec<{ part: Bytes }>((tie) => ({
  part: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    blockBody.map((body) => element(ids.SIMPLE_BLOCK, body)),
    fc
      .tuple(blockBody, fc.array(tie("part"), { maxLength: 2 }))
      .map(([body, others]) => element(ids.BLOCK_GROUP, element(ids.BLOCK, body), ...others)),
    fc.tuple(fc.constantFrom(...ALL_IDS), fc.oneof(anyBytes, tie("part"))).chain(([id, body]) =>
      fc.oneof(
        mostly(body.length, 32).map((size) => elementOfSize(id, size, body)),
        fc.constant(openElement(id, body)),
      ),
    ),
  ),
}));

const matroska = fc
  .tuple(
    fc.constantFrom("webm", "matroska", "?"),
    fc.array(entry, { maxLength: 2 }),
    fc.array(part, { maxLength: 8 }),
    fc.array(part, { maxLength: 2 }),
    fc.boolean(),
  )
  .map(([type, entries, blocks, others, isOpen]) => {
    const body = [...others, element(ids.TRACKS, ...entries), element(ids.CLUSTER, ...blocks)];
    const segment = isOpen ? openElement(ids.SEGMENT, ...body) : element(ids.SEGMENT, ...body);
    return joined(ebmlHeader(type), segment, text(isOpen ? "" : "tail"));
  });

export const elementFiles = named("Matroska", matroska);
