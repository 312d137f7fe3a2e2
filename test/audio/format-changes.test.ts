/** Clips that go on at another rate, or with other channels. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ClipBuilder, createClipBuilder } from "../../src/audio/clip/builder.ts";
import type { ClipLimits, ClipSelection } from "../../src/audio/clip.ts";
import type { ClipDescription } from "../../src/audio/decoder.ts";
import { resample } from "../../src/audio/resample/resample.ts";
import { UndertoneError } from "../../src/errors.ts";
import { fitTone, sine } from "../../support/clips/tones.ts";

/** Samples of one format. */
interface Part {
  readonly sampleRateHz: number;
  readonly channels: readonly Float32Array[];
}

const tone = (sampleRateHz: number, channels: number, seconds = 0.5): Part => ({
  sampleRateHz,
  channels: Array(channels).fill(sine(1_000, sampleRateHz, seconds)),
});
const describePart = ({ sampleRateHz, channels }: Part): ClipDescription => ({
  container: "ogg",
  codec: "flac",
  bitsPerSample: 16,
  sampleRateHz,
  channels: channels.length,
});

interface Options {
  readonly selection?: Partial<ClipSelection>;
  readonly limits?: Partial<ClipLimits>;
}

function begin(first: Part, { selection, limits }: Options): ClipBuilder {
  return createClipBuilder(
    describePart(first),
    { channel: "mix", ...selection },
    { maxClipSeconds: 60, maxDecodedSeconds: 300, ...limits },
  );
}

/** Gives the parts one after the other, up to what is asked for. */
function build(parts: readonly [Part, ...Part[]], options: Options = {}) {
  const builder = begin(parts[0], options);
  for (const [index, part] of parts.entries()) {
    if (builder.isComplete) break;
    if (index > 0) builder.describe(describePart(part));
    builder.add(part);
  }
  return builder.finish(false);
}

function refusal(parts: readonly [Part, ...Part[]], options: Options = {}): UndertoneError {
  try {
    build(parts, options);
  } catch (error) {
    if (error instanceof UndertoneError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("a clip that goes on at another rate", () => {
  test("is resampled from each, and told by how it begins", () => {
    const { info, samples } = build([tone(44_100, 2), tone(48_000, 1), tone(8_000, 1)]);
    expect(info).toMatchObject({ sampleRateHz: 44_100, channels: 2, warnings: [] });
    expect(info.seconds).toBeCloseTo(1.5, 9);
    expect(samples).toHaveLength(24_000);
    for (const start of [0, 8_000, 16_000]) {
      const { amplitudeDb } = fitTone(samples.slice(start, start + 8_000), 1_000, 16_000, 400);
      expect(amplitudeDb).toBeCloseTo(0, 2);
    }
  });

  test("has each of its parts as if it were alone, also at a rate that comes back", () => {
    const parts = [44_100, 22_050, 44_100, 16_000, 22_050].map((rate) => tone(rate, 1, 0.1)) as [
      Part,
      ...Part[],
    ];
    const expected = parts.flatMap(({ sampleRateHz, channels }) => [
      ...resample(channels[0] as Float32Array, sampleRateHz),
    ]);
    expect(build(parts).samples).toEqual(Float32Array.from(expected));
  });

  test("has its start and end where they are asked for", () => {
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 1_200 }), {
      minLength: 2,
      maxLength: 2,
    });
    const rates = fc.array(fc.constantFrom(8_000, 16_000, 44_100, 48_000), {
      minLength: 4,
      maxLength: 4,
    });
    fc.assert(
      fc.property(times, rates, (edges, inRates) => {
        const [startMs, endMs] = edges.toSorted((a, b) => a - b) as [number, number];
        const middleMs = (startMs + endMs) / 2;
        // Where a part ends, the filter rings.
        const ringsMs = Math.min(...[0, 300, 600, 900].map((seam) => Math.abs(middleMs - seam)));
        fc.pre(ringsMs > 10 && endMs - startMs > 20);
        const selection = { startSeconds: startMs / 1000, endSeconds: endMs / 1000 };
        const parts = inRates.map((rate, index) => ramp(rate, 0.3 * index, 0.3)) as [Part];
        const { info, samples } = build(parts, { selection });
        expect(info.seconds).toBeCloseTo((endMs - startMs) / 1000, 3);
        expect(samples.length).toBeCloseTo((endMs - startMs) * 16, -1);
        const middle = samples[samples.length >> 1] as number;
        expect(middle).toBeCloseTo(middleMs / 1000, 2);
      }),
      { numRuns: 50 },
    );
  });

  test("is bounded by how long it is in all", () => {
    const parts = [tone(44_100, 1), tone(48_000, 1)] as const;
    expect(build(parts, { limits: { maxClipSeconds: 1 } }).info.seconds).toBeCloseTo(1, 9);
    expect(refusal(parts, { limits: { maxClipSeconds: 0.9 } }).slug).toBe("clip-too-long");
    const limits = { maxClipSeconds: 0.1, maxDecodedSeconds: 0.9 };
    const selection = { startSeconds: 0.85, endSeconds: 0.95 };
    expect(refusal(parts, { limits, selection }).slug).toBe("clip-too-long");
    expect(build(parts, { limits: { ...limits, maxDecodedSeconds: 1 }, selection })).toBeTruthy();
  });

  test("may have eight rates", () => {
    const parts = Array.from({ length: 9 }, (_, index) => tone(8_001 + index, 1, 0.01)) as [
      Part,
      ...Part[],
    ];
    expect(build(parts.slice(0, 8) as [Part]).info.seconds).toBeCloseTo(0.08, 3);
    const { slug, message } = refusal(parts);
    expect(slug).toBe("clip-damaged");
    expect(message).toContain("more than 8 different sample rates");
  });

  test("is told by seconds from its start", () => {
    const builder = begin(tone(44_100, 1), {});
    builder.add(tone(44_100, 1));
    builder.describe(describePart(tone(8_000, 1)));
    builder.add(tone(8_000, 1, 0.25));
    builder.notice("part-skipped");
    const broken = { channels: [Float32Array.of(0, Number.NaN)] };
    expect(() => builder.add(broken)).toThrow("The sample at 0.750125 s is NaN");
    const { warnings } = builder.finish(true).info;
    expect(warnings).toMatchObject([
      { code: "part-skipped", seconds: 0.75 },
      { code: "truncated", seconds: expect.closeTo(0.75025, 9) },
    ]);
  });
});

describe("a clip that goes on with other channels", () => {
  test("is mixed from however many there are, without a seam", () => {
    const [first, second] = [tone(44_100, 2), tone(44_100, 1)];
    const whole = Float32Array.from([...(first.channels[0] ?? []), ...(second.channels[0] ?? [])]);
    expect(build([first, second]).samples).toEqual(resample(whole, 44_100));
  });

  test("is refused where the channel that is asked for ends, if that is used", () => {
    const parts = [tone(44_100, 2), tone(44_100, 1)] as const;
    const right = { channel: "right" } as const;
    const { slug, message } = refusal(parts, { selection: right });
    expect(slug).toBe("channel-out-of-range");
    expect(message).toContain("From 0.500 s on, the clip has no channel right");
    const early = build(parts, { selection: { ...right, endSeconds: 0.5 } });
    expect(early.info.seconds).toBe(0.5);
    const late = { channel: "left", startSeconds: 0.6 } as const;
    expect(build(parts, { selection: late }).info.seconds).toBeCloseTo(0.4, 9);
  });

  test("counts clipped samples of all", () => {
    const loud = (channels: number): Part => ({
      sampleRateHz: 8_000,
      channels: Array(channels).fill(Float32Array.of(1, 1, 1, 0)),
    });
    const { warnings } = build([loud(2), loud(1)]).info;
    expect(warnings).toMatchObject([{ code: "clipped", samples: 9 }]);
  });
});

/** Samples that say at how many seconds they are. */
function ramp(sampleRateHz: number, startSeconds: number, seconds: number): Part {
  const samples = Float32Array.from(
    { length: Math.round(sampleRateHz * seconds) },
    (_, index) => startSeconds + index / sampleRateHz,
  );
  return { sampleRateHz, channels: [samples] };
}
