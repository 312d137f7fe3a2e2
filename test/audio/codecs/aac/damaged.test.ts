import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openAac } from "../../../../src/audio/codecs/aac/open.ts";
import { readAudioSpecificConfig } from "../../../../src/audio/codecs/aac/setup/audio-specific-config.ts";
import type { FrameDecoder } from "../../../../src/audio/codecs/frame-decoder.ts";
import { UndertoneError } from "../../../../src/errors.ts";
import { ADTS_HEADER_BYTES, adtsFramesOf } from "../../../../support/clips/adts-frames.ts";
import { readClip } from "../../../../support/decoding/fixtures.ts";
import { extendedBlock } from "../../../support/aac/extended-frames.ts";

/** Set-up data of LC at 22.05 kHz, of one and of two channels, and of Main and of LTP. */
const SET_UPS = [
  [0x13, 0x88],
  [0x13, 0x90],
  [0x0b, 0x88],
  [0x23, 0x88],
];
const FRAME_SAMPLES = 1_024;
const MOST_ELEMENTS = 16;

const PACKETS = ["adts/he-44100-1.aac", "adts/he-44100-2.aac", "adts/he2-44100-2.aac"].map((file) =>
  adtsFramesOf(readClip(file)).map((frame) => frame.subarray(ADTS_HEADER_BYTES)),
);

/** Decodes a packet, or has it refused; what comes out is bounded. */
function expectOutcome(decoder: FrameDecoder, packet: Uint8Array): void {
  try {
    const block = decoder.decode(packet);
    for (const samples of block?.channels ?? []) {
      expect([FRAME_SAMPLES, 2 * FRAME_SAMPLES]).toContain(samples.length);
    }
    expect(block?.channels.length ?? 0).toBeLessThanOrEqual(2 * MOST_ELEMENTS);
  } catch (error) {
    expect(error).toBeInstanceOf(UndertoneError);
  }
}

function openAny(index: number): FrameDecoder {
  return openAac(readAudioSpecificConfig(Uint8Array.from(SET_UPS[index] as number[])));
}

describe("an AAC decoder", () => {
  test("decodes or refuses packets of any bytes", () => {
    const packets = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.nat(SET_UPS.length - 1), packets, (setUp, all) => {
        const decoder = openAny(setUp);
        for (const packet of all) expectOutcome(decoder, packet);
      }),
      { numRuns: 500 },
    );
  });

  test("decodes or refuses packets of which bits were turned, and goes on", () => {
    const places = fc.array(fc.tuple(fc.nat(30), fc.nat()), { maxLength: 12 });
    fc.assert(
      fc.property(fc.nat(2), places, (clip, turned) => {
        const packets = PACKETS[clip] as Uint8Array[];
        const decoder = openAny(clip === 1 ? 1 : 0);
        for (const [index, packet] of packets.slice(0, 31).entries()) {
          const damaged = packet.slice();
          for (const [where, place] of turned) {
            const bit = place % (8 * damaged.length);
            if (where === index)
              damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
          }
          expectOutcome(decoder, damaged);
        }
        expect(() => decoder.decode(packets.at(-1) as Uint8Array)).not.toThrow();
      }),
      { numRuns: 60 },
    );
  });

  test("only doubles the rate where what is carried for the replicated band makes no sense", () => {
    const [core] = adtsFramesOf(readClip("adts/aac-16000-1.aac")).slice(4);
    const block = (core as Uint8Array).subarray(ADTS_HEADER_BYTES);
    const payloads = fc.array(fc.bigInt({ min: 0n, max: 2n ** 400n }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(payloads, (numbers) => {
        const decoder = openAac(readAudioSpecificConfig(Uint8Array.of(0x14, 0x08)));
        for (const number of numbers) {
          const block2 = decoder.decode(extendedBlock(block, number.toString(2)));
          for (const samples of block2?.channels ?? []) {
            expect(samples).toHaveLength(2 * FRAME_SAMPLES);
            expect(samples.every(Number.isFinite)).toBe(true);
          }
        }
        expect(decoder.sampleRateHz).toBe(32_000);
      }),
      { numRuns: 200 },
    );
  });

  test("refuses a packet that is longer than any", () => {
    expect(() => openAny(0).decode(new Uint8Array(2 ** 14 + 1))).toThrow(UndertoneError);
  });

  test("gives nothing for a unit without elements, and refuses one with bytes behind its end", () => {
    const decoder = openAny(0);
    expect(decoder.decode(Uint8Array.of(0xe0))).toBeNull();
    expect(() => decoder.decode(Uint8Array.of(0xe0, 1))).toThrow(UndertoneError);
  });
});
