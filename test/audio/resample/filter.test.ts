import { describe, expect, test } from "vitest";
import { designFilter } from "../../../src/audio/resample/filter.ts";

describe("the filter bank", () => {
  test.each([
    [48_000, 1, 3],
    [44_100, 160, 441],
    [8_000, 2, 1],
    [11_025, 640, 441],
  ])("from %d Hz has a row for each of the %d phases", (fromHz, outputs, inputs) => {
    const filter = designFilter(fromHz);
    expect(filter).toMatchObject({
      outputsPerPeriod: outputs,
      inputsPerPeriod: inputs,
      phases: outputs,
    });
    expect(filter.bank).toHaveLength((outputs + 1) * filter.taps);
  });

  test.each([4_001, 44_099, 383_999])("from %d Hz stays within 2 MiB", (fromHz) => {
    const filter = designFilter(fromHz);
    expect(filter.outputsPerPeriod).toBe(16_000);
    expect(filter.bank.byteLength).toBeLessThanOrEqual(2 * 2 ** 20);
  });

  test.each([44_100, 8_000, 44_099])("from %d Hz passes a constant at every phase", (fromHz) => {
    const { bank, taps, phases } = designFilter(fromHz);
    for (let phase = 0; phase <= phases; phase++) {
      const gain = bank.subarray(phase * taps, (phase + 1) * taps).reduce((sum, tap) => sum + tap);
      expect(gain).toBeCloseTo(1, 5);
    }
  });
});
