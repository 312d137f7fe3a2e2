import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readAudioSpecificConfig } from "../../../../../src/audio/codecs/aac/setup/audio-specific-config.ts";
import { UndertoneError } from "../../../../../src/errors.ts";
import { bitWriter } from "../../../../../support/clips/bit-writer.ts";
import { refusalOf } from "../../../../support/clips/refusal.ts";

const LC = 2;
const SBR = 5;
const STEREO = 29;
const AT_44100 = 4;
const AT_22050 = 7;

type Field = readonly [value: number, bits: number];

function config(...fields: readonly Field[]): Uint8Array {
  const writer = bitWriter();
  for (const [value, bits] of fields) writer.put(value, bits);
  return writer.align().bytes();
}

const plain = (objectType: number, rate: number, channels = 1): Field[] => [
  [objectType, 5],
  [rate, 4],
  [channels, 4],
  [0, 3],
];
const SYNC: readonly Field[] = [
  [0x2b7, 11],
  [SBR, 5],
];

describe("set-up data", () => {
  test.each<readonly [string, Uint8Array, object]>([
    [
      "of plain LC leave open whether frames replicate a band",
      config(...plain(LC, AT_22050)),
      { objectType: LC, sampleRateHz: 22_050, frameSamples: 1_024, hasSbr: null, hasStereo: null },
    ],
    [
      "of type 5 tell of replication",
      config([SBR, 5], [AT_22050, 4], [1, 4], [AT_44100, 4], [LC, 5], [0, 3]),
      { sampleRateHz: 22_050, hasSbr: true, extendedRateHz: 44_100, hasStereo: null },
    ],
    [
      "of type 29 tell of stereo too",
      config([STEREO, 5], [AT_22050, 4], [1, 4], [AT_44100, 4], [LC, 5], [0, 3]),
      { objectType: LC, hasSbr: true, extendedRateHz: 44_100, hasStereo: true },
    ],
    [
      "may tell of replication behind what old decoders read",
      config(...plain(LC, AT_22050), ...SYNC, [1, 1], [AT_44100, 4]),
      { hasSbr: true, extendedRateHz: 44_100, hasStereo: null },
    ],
    [
      "may tell of stereo there",
      config(...plain(LC, AT_22050), ...SYNC, [1, 1], [AT_44100, 4], [0x548, 11], [1, 1]),
      { hasSbr: true, extendedRateHz: 44_100, hasStereo: true },
    ],
    [
      "may tell there that there is none",
      config(...plain(LC, AT_44100), ...SYNC, [0, 1]),
      { sampleRateHz: 44_100, hasSbr: false, hasStereo: false },
    ],
    [
      "that name the core's rate there tell nothing",
      config(...plain(LC, AT_44100), ...SYNC, [1, 1], [AT_44100, 4]),
      { hasSbr: null, extendedRateHz: null },
    ],
    [
      "may give the rate in Hz, of which the tables of the nearest are taken",
      config([LC, 5], [15, 4], [22_100, 24], [1, 4], [0, 3]),
      { sampleRateHz: 22_100, rateIndex: AT_22050 },
    ],
    [
      "may ask for frames of 960 samples",
      config([LC, 5], [AT_44100, 4], [2, 4], [1, 1], [0, 2]),
      { frameSamples: 960 },
    ],
    [
      "may depend on another stream and describe their channels themselves",
      config(
        [LC, 5],
        [AT_44100, 4],
        [0, 4],
        [0b01, 2],
        [5, 14],
        [0, 1],
        ...ownLayout(),
        ...SYNC,
        [0, 1],
      ),
      { sampleRateHz: 44_100, hasSbr: false },
    ],
  ])("%s", (_, bytes, expected) => {
    expect(readAudioSpecificConfig(bytes)).toMatchObject(expected);
  });

  test.each([
    [3, "AAC with a scalable sample rate"],
    [6, "scalable AAC"],
    [17, "error-resilient AAC"],
    [23, "AAC-LD"],
  ])("of type %i are refused by name", (type, name) => {
    const refusal = refusalOf(() => readAudioSpecificConfig(config(...plain(type, 4))));
    expect(refusal).toMatchObject({ slug: "unsupported-codec", extensions: { codec: name } });
  });

  test.each([
    ["AAC-ELD", 39],
    ["xHE-AAC (USAC)", 42],
  ])("of %s are refused by name", (name, type) => {
    const bytes = config([31, 5], [type - 32, 6], [AT_44100, 4], [2, 4], [0, 8]);
    const refusal = refusalOf(() => readAudioSpecificConfig(bytes));
    expect(refusal).toMatchObject({ slug: "unsupported-codec", extensions: { codec: name } });
  });

  test.each([
    ["are cut", Uint8Array.of(0x12)],
    ["have a rate that there is not", config(...plain(LC, 13))],
    ["have a rate of 0 Hz", config([LC, 5], [15, 4], [0, 24], [1, 4], [0, 3])],
    ["have a type that there is not", config(...plain(0, AT_44100))],
  ])("that %s make no sense", (_, bytes) => {
    expect(refusalOf(() => readAudioSpecificConfig(bytes)).slug).toBe("clip-damaged");
  });

  test("of any bytes are read or refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          expect(readAudioSpecificConfig(bytes).sampleRateHz).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(UndertoneError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

/** A program's own layout: one pair in front, mixed down by a matrix, and a comment of two bytes. */
function ownLayout(): Field[] {
  const counts: Field[] = [
    [1, 4],
    [0, 4],
    [0, 4],
    [0, 2],
    [0, 3],
    [0, 4],
  ];
  const head: Field[] = [[0, 4], [1, 2], [AT_44100, 4], ...counts];
  const mix: Field[] = [
    [0, 2],
    [1, 1],
    [5, 3],
  ];
  const front: Field[] = [
    [1, 1],
    [0, 4],
  ];
  const before = 5 + 4 + 4 + 2 + 14 + 1;
  const used = [...head, ...mix, ...front].reduce((sum, [, bits]) => sum + bits, before);
  return [...head, ...mix, ...front, [0, (8 - (used % 8)) % 8], [2, 8], [0x4142, 16]];
}
