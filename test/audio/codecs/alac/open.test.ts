import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openAlac } from "../../../../src/audio/codecs/alac/open.ts";
import { UndertoneError } from "../../../../src/errors.ts";
import { refusalOf } from "../../../support/clips/refusal.ts";

/** What ffmpeg compresses is compared with its samples in test/audio/reference.test.ts; here packets are written by hand. */

const FRAME_LENGTH = 64;
const SAMPLE_SIZES = [16, 20, 24, 32];

interface CookieContent {
  readonly frameLength?: number;
  readonly bitsPerSample?: number;
  readonly channels?: number;
  readonly sampleRateHz?: number;
  readonly longestParameter?: number;
}

function cookie({
  frameLength = FRAME_LENGTH,
  bitsPerSample = 16,
  channels = 1,
  sampleRateHz = 44_100,
  longestParameter = 14,
}: CookieContent = {}): Uint8Array {
  const view = new DataView(new ArrayBuffer(24));
  view.setUint32(0, frameLength);
  new Uint8Array(view.buffer).set([bitsPerSample, 40, 10, longestParameter, channels], 5);
  view.setUint32(20, sampleRateHz);
  return new Uint8Array(view.buffer);
}

type Field = readonly [value: number, bits: number];

/** Fields one after another, the highest bit first. */
function packed(fields: readonly Field[]): Uint8Array {
  const bits = fields.map(([value, size]) =>
    BigInt.asUintN(size, BigInt(value)).toString(2).padStart(size, "0"),
  );
  const bytes = bits.join("").match(/.{1,8}/g) ?? [];
  return Uint8Array.from(bytes, (byte) => Number.parseInt(byte.padEnd(8, "0"), 2));
}

/** An element of samples that are written as they are. */
function plainElement(channels: readonly (readonly number[])[], bitsPerSample: number): Field[] {
  const count = channels[0]?.length ?? 0;
  const header: Field[] = [
    [channels.length - 1, 3],
    [0, 4],
    [0, 12],
    [1, 1],
    [0, 2],
    [1, 1],
    [count, 32],
  ];
  const samples = Array.from({ length: count }, (_, index) =>
    channels.map((channel): Field => [channel[index] as number, bitsPerSample]),
  );
  return [...header, ...samples.flat()];
}

const END: Field = [7, 3];

describe("samples that are written as they are", () => {
  test("are read back in every size, mono and stereo", () => {
    const contents = fc
      .record({
        bitsPerSample: fc.constantFrom(...SAMPLE_SIZES),
        channels: fc.constantFrom(1, 2),
        count: fc.integer({ min: 1, max: FRAME_LENGTH }),
      })
      .chain(({ bitsPerSample, channels, count }) => {
        const highest = 2 ** (bitsPerSample - 1);
        const sample = fc.integer({ min: -highest, max: highest - 1 });
        const channel = fc.array(sample, { minLength: count, maxLength: count });
        const all = fc.array(channel, { minLength: channels, maxLength: channels });
        return all.map((samples) => ({ bitsPerSample, samples }));
      });
    fc.assert(
      fc.property(contents, ({ bitsPerSample, samples }) => {
        const decoder = openAlac(cookie({ bitsPerSample, channels: samples.length }));
        const block = decoder.decode(packed([...plainElement(samples, bitsPerSample), END]));
        const expected = samples.map((channel) =>
          Float32Array.from(channel, (sample) => sample / 2 ** (bitsPerSample - 1)),
        );
        expect(block?.channels).toEqual(expected);
      }),
    );
  });

  test("stand behind padding and an encoder's own data", () => {
    const padding: Field[] = [
      [6, 3],
      [2, 4],
      [0xabcd, 16],
    ];
    const data: Field[] = [
      [4, 3],
      [0, 4],
      [0, 1],
      [1, 8],
      [0xee, 8],
    ];
    const packet = packed([...padding, ...data, ...plainElement([[5, -6]], 16), END]);
    const [samples] = openAlac(cookie()).decode(packet)?.channels ?? [];
    expect(samples).toEqual(Float32Array.of(5 / 2 ** 15, -6 / 2 ** 15));
  });

  test("come in the order of WAVE files, the centre that is coded first in the third place", () => {
    const elements = [plainElement([[3]], 16), plainElement([[1], [2]], 16)].flat();
    const block = openAlac(cookie({ channels: 3 })).decode(packed([...elements, END]));
    expect(block?.channels.map(([sample]) => (sample as number) * 2 ** 15)).toEqual([1, 2, 3]);
  });
});

describe("damage", () => {
  test("a packet that claims billions of samples is refused, whatever it holds", () => {
    for (const isPlain of [0, 1]) {
      const start = plainElement([[1]], 16).slice(0, 5);
      const head: Field[] = [...start, [isPlain, 1], [2 ** 32 - 1, 32]];
      const packet = new Uint8Array([...packed(head), ...new Uint8Array(10_000)]);
      expect(refusalOf(() => openAlac(cookie()).decode(packet)).slug).toBe("clip-damaged");
    }
  });

  test("a packet that ends too early is refused", () => {
    const whole = packed([...plainElement([[1, 2, 3, 4]], 16), END]);
    for (let end = 0; end < whole.length - 1; end++) {
      const decoder = openAlac(cookie());
      expect(refusalOf(() => decoder.decode(whole.subarray(0, end))).slug).toBe("clip-damaged");
    }
  });

  test("any bytes are samples or damage", () => {
    const content = fc.record({
      bitsPerSample: fc.constantFrom(...SAMPLE_SIZES),
      channels: fc.integer({ min: 1, max: 8 }),
      longestParameter: fc.integer({ min: 1, max: 255 }),
    });
    /** Every packet begins with an element's tag; the zeros behind it are rarely met by chance. */
    const head = fc.constantFrom([0x00, 0x00], [0x20, 0x00], [0x60, 0x00]);
    fc.assert(
      fc.property(content, head, fc.uint8Array({ maxLength: 300 }), (setUp, start, rest) => {
        try {
          const block = openAlac(cookie(setUp)).decode(Uint8Array.of(...start, ...rest));
          expect(block?.channels ?? new Array(setUp.channels)).toHaveLength(setUp.channels);
          expect(block?.channels.every((samples) => samples.every(Number.isFinite)) ?? true).toBe(
            true,
          );
        } catch (error) {
          if (!(error instanceof UndertoneError)) throw error;
          expect(error.slug).toBe("clip-damaged");
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test.each<[string, CookieContent]>([
    ["clip-damaged", { frameLength: 0 }],
    ["clip-damaged", { frameLength: 2 ** 32 - 1 }],
    ["clip-damaged", { bitsPerSample: 8 }],
    ["clip-damaged", { channels: 0 }],
    ["clip-damaged", { channels: 9 }],
    ["clip-damaged", { longestParameter: 0 }],
    ["sample-rate-unsupported", { sampleRateHz: 4e9 }],
  ])("%s: set-up data of %o", (slug, content) => {
    expect(refusalOf(() => openAlac(cookie(content))).slug).toBe(slug);
  });

  test("set-up data that is cut short is refused", () => {
    expect(refusalOf(() => openAlac(cookie().subarray(0, 20))).slug).toBe("clip-damaged");
  });
});
