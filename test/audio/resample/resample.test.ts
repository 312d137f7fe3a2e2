import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createResampler, resample } from "../../../src/audio/resample/resample.ts";
import { fitTone, levelDb, signalToErrorDb, sine } from "../../../support/clips/tones.ts";
import { decodeAll } from "../../../support/decoding/decode-all.ts";
import { readFixture, readFloats } from "../../../support/decoding/fixtures.ts";
import { refusalOf } from "../../support/clips/refusal.ts";

const OUTPUT_HZ = 16_000;
/** Longer than half the filter, so that what is measured is not its start and end. */
const MARGIN = 400;
const COMMON_RATES_HZ = [8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000];
/** Rates whose ratio to 16 kHz has thousands of phases. */
const AWKWARD_RATES_HZ = [4_001, 12_347, 44_099, 47_999, 383_999];

describe("length", () => {
  test.each([
    [48_000, 48_000, 16_000],
    [44_100, 44_100, 16_000],
    [44_100, 1_000, 363],
    [48_000, 4, 1],
    [48_000, 1, 0],
    [32_000, 1, 1],
    [8_000, 399, 798],
    [384_000, 24, 1],
    [11_025, 0, 0],
  ])("from %d Hz, %d samples become %d", (fromHz, before, after) => {
    expect(resample(new Float32Array(before), fromHz)).toHaveLength(after);
  });

  test("is round(n · 16000 / rate) for any rate and n", () => {
    fc.assert(
      fc.property(fc.integer({ min: 4_000, max: 100_000 }), fc.nat({ max: 3_000 }), (fromHz, n) => {
        expect(resample(new Float32Array(n), fromHz)).toHaveLength(
          Math.round((n * OUTPUT_HZ) / fromHz),
        );
      }),
      { numRuns: 20 },
    );
  });
});

describe("pass band", () => {
  const upToNyquist = (fromHz: number, parts: number[]) =>
    parts.map((part) => (part * Math.min(fromHz, OUTPUT_HZ)) / 2);

  describe.each([...COMMON_RATES_HZ, ...AWKWARD_RATES_HZ])("from %d Hz", (fromHz) => {
    const tonesHz = [50, 997, ...upToNyquist(fromHz, [0.5, 0.7, 0.8, 0.875])];

    test("tones up to 7/8 of the lower Nyquist keep level (0.01 dB), phase and purity", () => {
      for (const toneHz of tonesHz) {
        const output = resample(sine(toneHz, fromHz, 0.2), fromHz);
        const { amplitudeDb, phaseRadians, residualDb } = fitTone(
          output,
          toneHz,
          OUTPUT_HZ,
          MARGIN,
        );
        expect(Math.abs(amplitudeDb), `${toneHz} Hz level`).toBeLessThan(0.01);
        expect(Math.abs(phaseRadians), `${toneHz} Hz phase`).toBeLessThan(1e-6);
        expect(residualDb, `${toneHz} Hz residual`).toBeLessThan(-110);
      }
    });
  });

  test("a constant stays that constant", () => {
    for (const fromHz of COMMON_RATES_HZ) {
      const output = resample(new Float32Array(fromHz).fill(0.5), fromHz);
      const inner = output.subarray(MARGIN, -MARGIN);
      expect(Math.min(...inner)).toBeCloseTo(0.5, 5);
      expect(Math.max(...inner)).toBeCloseTo(0.5, 5);
    }
  });
});

describe("stop band", () => {
  test.each([22_050, 44_100, 48_000, 96_000, 44_099])(
    "from %d Hz, tones from 8.2 kHz up leave less than -90 dB",
    (fromHz) => {
      const highestHz = fromHz / 2 - 100;
      for (const toneHz of spread(8_200, highestHz, 12)) {
        const output = resample(sine(toneHz, fromHz, 0.2), fromHz);
        expect(levelDb(output.subarray(MARGIN, -MARGIN)), `${toneHz} Hz`).toBeLessThan(-90);
      }
    },
  );

  test.each([8_000, 11_025])("from %d Hz, images are below -90 dB", (fromHz) => {
    for (const toneHz of spread(50, (fromHz / 2) * 0.875, 12)) {
      const output = resample(sine(toneHz, fromHz, 0.2), fromHz);
      const { residualDb } = fitTone(output, toneHz, OUTPUT_HZ, MARGIN);
      expect(residualDb, `${toneHz} Hz`).toBeLessThan(-90);
    }
  });
});

describe("alignment", () => {
  test.each([
    [48_000, 3_000, 1_000],
    [44_100, 44_100, 16_000],
    [8_000, 500, 1_000],
  ])("from %d Hz, an impulse at sample %d peaks at %d, alike on both sides", (fromHz, at, peak) => {
    const impulse = new Float32Array(2 * at + 1);
    impulse[at] = 1;
    const output = resample(impulse, fromHz);
    expect(output.indexOf(Math.max(...output))).toBe(peak);
    for (let distance = 1; distance < 100; distance++) {
      expect(output[peak + distance]).toBeCloseTo(output[peak - distance] as number, 7);
    }
  });
});

describe("an independent resampler", () => {
  test.each([8_000, 44_100, 48_000])(
    "sox rate -v agrees from %d Hz, within -100 dB",
    async (fromHz) => {
      const { channels } = await decodeAll(readFixture(`resample/sweep-${fromHz}.wav`));
      const expected = readFloats(`resample/sweep-${fromHz}-by-sox.f32le`);
      const actual = resample(channels[0] as Float32Array, fromHz);
      expect(actual).toHaveLength(expected.length);
      expect(signalToErrorDb(actual, expected, MARGIN)).toBeGreaterThan(100);
    },
  );
});

describe("in pieces", () => {
  test("any cutting gives the very samples of the whole", () => {
    const rates = fc.constantFrom(8_000, 22_050, 44_100, 44_099, 48_000, 384_000);
    const cuts = fc.array(fc.nat({ max: 30_000 }), { maxLength: 12 });
    fc.assert(
      fc.property(rates, cuts, (fromHz, cutsAt) => {
        const samples = sine(1_000, fromHz, 25_000 / fromHz);
        const whole = resample(samples, fromHz);
        expect(Buffer.from(inPieces(samples, fromHz, cutsAt).buffer)).toEqual(
          Buffer.from(whole.buffer),
        );
      }),
      { numRuns: 40 },
    );
  });

  test("outputs come as soon as no later sample can change them", () => {
    const resampler = createResampler(48_000);
    const early = resampler.push(sine(1_000, 48_000, 1));
    expect(early.length).toBeGreaterThan(16_000 - 60);
    expect(early.length + resampler.flush().length).toBe(16_000);
  });
});

test("a clip ends as if silence followed it", () => {
  const samples = sine(1_000, 44_100, 0.1);
  const followed = new Float32Array(2 * samples.length);
  followed.set(samples);
  const output = resample(samples, 44_100);
  expect(output).toEqual(resample(followed, 44_100).subarray(0, output.length));
});

describe("rates", () => {
  test("16 kHz passes through as the same array", () => {
    const samples = Float32Array.of(0.1, 0.2, 0.3);
    expect(resample(samples, OUTPUT_HZ)).toBe(samples);
  });

  test.each([4_000, 384_000])("%d Hz is the last that is taken", (fromHz) => {
    expect(resample(new Float32Array(fromHz), fromHz)).toHaveLength(OUTPUT_HZ);
  });

  test.each([0, -48_000, 3_999, 384_001, 44_100.5, Number.NaN])("%d Hz is refused", (fromHz) => {
    const refusal = refusalOf(() => resample(new Float32Array(10), fromHz));
    expect(refusal.slug).toBe("sample-rate-unsupported");
    expect(refusal.message).toContain("4000 and 384000 Hz");
  });
});

function inPieces(
  samples: Float32Array,
  fromHz: number,
  cutsAt: number[],
): Float32Array<ArrayBuffer> {
  const resampler = createResampler(fromHz);
  const edges = [
    0,
    ...cutsAt.filter((cut) => cut < samples.length).sort((a, b) => a - b),
    samples.length,
  ];
  const parts = edges
    .slice(1)
    .map((end, index) => resampler.push(samples.subarray(edges[index], end)));
  return Float32Array.from([...parts, resampler.flush()].flatMap((part) => Array.from(part)));
}

function spread(lowest: number, highest: number, count: number): number[] {
  return Array.from(
    { length: count },
    (_, index) => lowest + ((highest - lowest) * index) / (count - 1),
  );
}
