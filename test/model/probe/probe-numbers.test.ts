import { expect, it } from "vitest";
import { probeSamples, storedNumbers } from "../../../src/model/probe/probe.ts";
import { NUMBERS_CONFIG, probeCheckpoint } from "../../../src/model/probe/probe-checkpoint.ts";
import { PROBE_NUMBERS } from "../../../src/model/probe/probe-numbers.ts";
import { type Rounding, referenceStates } from "../../support/model/probe-reference.ts";

const BLOCK = 32;
const IN_4_BITS = /(attention\.[qkv]_proj|out_proj|_dense)\.weight$/;

/** As docs/models.md has q4: of 32 inputs, the one farthest from zero is −8 steps, and all others are whole steps up to 7. */
const toFourBits: Rounding = (name, data) => {
  if (!IN_4_BITS.test(name)) return data;
  const rounded = data.slice();
  for (let first = 0; first < data.length; first += BLOCK) {
    const block = data.subarray(first, first + BLOCK);
    const farthest = block.reduce((far, value) => (Math.abs(value) > Math.abs(far) ? value : far));
    const step = Math.fround(farthest / -8);
    const whole = (value: number) => Math.min(7, Math.max(-8, Math.round(value / step)));
    rounded.set(
      block.map(whole).map((steps) => steps * step),
      first,
    );
  }
  return rounded;
};

it.each([
  ["fp32", undefined],
  ["q4", toFourBits],
] as const)(
  "the stored numbers are those of a reference in float64: %s",
  async (precision, round) => {
    const states = await referenceStates(probeCheckpoint(NUMBERS_CONFIG), probeSamples(), round);
    const numbers = storedNumbers(states.flat());
    expect(PROBE_NUMBERS[precision].length).toBe(numbers.length);
    for (const [index, number] of numbers.entries()) {
      expect(PROBE_NUMBERS[precision][index]).toBeCloseTo(number, 5);
    }
  },
);
