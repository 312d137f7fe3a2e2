import { describe, expect, it } from "vitest";
import { normalise, normalised } from "../../../src/audio/clip/normalise.ts";
import { PART_SAMPLES } from "../../../src/jobs/recording/plan.ts";
import {
  readSamples,
  recordingStatistics,
  storedSamples,
} from "../../../src/jobs/recording/samples.ts";
import { readValues, writeValues } from "../../../src/jobs/recording/values.ts";
import { statisticsOf } from "../../../src/model/engine/statistics.ts";
import type { PackManifest } from "../../../src/model/pack/manifest.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { reusingStore } from "../../support/store/reusing-store.ts";

/** A clip with an offset, of two whole parts and a rest. */
const SAMPLES = Float32Array.from(
  { length: 2 * PART_SAMPLES + 12_347 },
  (_, index) => 0.3 + 0.4 * Math.sin(index * 0.0371) * Math.cos(index * 1e-5),
);

const PLACE = { jobId: "job_1", folder: "lease_1" };

async function store() {
  const files = reusingStore(memoryStore());
  const samples = storedSamples(files, PLACE);
  for (let at = 0; at < SAMPLES.length; at += PART_SAMPLES) {
    await samples.append(SAMPLES.slice(at, at + PART_SAMPLES));
  }
  return { files, samples };
}

describe("stored samples", () => {
  it("are read across the borders of parts", async () => {
    const { files } = await store();
    for (const [start, end] of [
      [0, 10],
      [PART_SAMPLES - 5, PART_SAMPLES + 5],
      [PART_SAMPLES - 1, 2 * PART_SAMPLES + 1],
      [SAMPLES.length - 480_000, SAMPLES.length],
    ] as const) {
      expect(await readSamples(files, PLACE, { start, end })).toEqual(SAMPLES.slice(start, end));
    }
    const beyond = { start: SAMPLES.length - 5, end: SAMPLES.length + 5 };
    await expect(readSamples(files, PLACE, beyond)).rejects.toMatchObject({ slug: "clip-gone" });
  });

  it.each([
    [true, "group"],
    [false, "group"],
    [true, "layer"],
  ] as const)(
    "give the statistics of the whole clip, bit for bit: normalised %s, %s norm",
    async (doNormalize, convNorm) => {
      const { samples } = await store();
      const architecture = { convNorm, convKernel: [10], convStride: [5] };
      const manifest = { preprocessing: { doNormalize }, architecture } as unknown as PackManifest;
      const { normalisation, statistics } = await recordingStatistics(samples, manifest);
      const input = doNormalize ? normalise(SAMPLES) : SAMPLES;
      if (normalisation !== null) expect(normalised(SAMPLES, normalisation)).toEqual(input);
      expect(normalisation !== null).toBe(doNormalize);
      expect(statistics).toEqual(statisticsOf(manifest.architecture, input));
    },
  );
});

describe("the values of a window", () => {
  it("read back as the same bits", () => {
    const summary = {
      rows: 3,
      sums: Float64Array.of(0.1, -2e300),
      squares: Float64Array.of(1 / 3, 0),
      maxima: Float64Array.of(-0, 5),
    };
    const logits = { rows: 2, columns: 3, data: Float32Array.of(1, 2, 3, -4, 5.5, Number.NaN) };
    const place = { firstFrame: 40, keepFirst: 1, keepCount: 1 };
    for (const head of [
      null,
      { kind: "summary", summary },
      { kind: "logits", logits, ...place },
    ] as const) {
      const voices = head?.kind === "logits" ? [null, Float32Array.of(0.25, -8)] : null;
      const values = { summaries: [["hidden_states.2", summary]] as const, head, voices };
      const stored = writeValues(values);
      expect(readValues(stored)).toEqual(values);
      // Wherever they begin in their buffer.
      const shifted = new Uint8Array(stored.length + 3);
      shifted.set(stored, 3);
      expect(readValues(shifted.subarray(3))).toEqual(values);
    }
  });
});
