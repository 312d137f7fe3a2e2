import { describe, expect, it } from "vitest";
import { resolveTaps } from "../../../src/model/engine/taps/resolve.ts";
import { packBlobs } from "../../../src/model/pack/manifest.ts";
import { goldenSamples } from "../../../support/packs/golden.ts";
import { AMPLE_LIMITS } from "../../../support/packs/tiny-pack.ts";

import {
  engineOver,
  recording,
  segmentsRead,
  goldenStore as store,
} from "../../support/model/engine-over.ts";

describe("an engine", () => {
  it("reads no segment beyond the last hidden state asked for", async () => {
    const { reads, storage } = recording();
    const engine = await engineOver(storage);
    await engine.run(await goldenSamples("x4001"), resolveTaps([1], 3));
    const names = segmentsRead(engine, reads);
    expect(names).toContain("layer.0");
    expect(names).not.toContain("layer.1");
    expect(names).not.toContain("layer.2");
  });

  it("reads only the frontend when only the convolutions' features are asked for", async () => {
    const { reads, storage } = recording();
    const engine = await engineOver(storage);
    const result = await engine.run(
      await goldenSamples("x4001"),
      resolveTaps(["extract_features"], 3),
    );
    expect(segmentsRead(engine, reads)).toEqual(["frontend"]);
    expect(result.hiddenStates.size).toBe(0);
    expect(result.extractFeatures?.rows).toBe(12);
  });

  it("reads each file once for concurrent clips, and each clip gets its own answer", async () => {
    const { reads, storage } = recording();
    const engine = await engineOver(storage);
    const taps = resolveTaps("last", 3);
    const inputs = ["x4001", "x16000", "x4001quiet"] as const;
    const together = await Promise.all(
      inputs.map(async (input) => engine.run(await goldenSamples(input), taps)),
    );
    expect(reads.sort()).toEqual(
      packBlobs(engine.manifest)
        .map(({ key }) => key)
        .sort(),
    );
    for (const [index, input] of inputs.entries()) {
      const alone = await engine.run(await goldenSamples(input), taps);
      expect(together[index].hiddenStates.get(3)).toEqual(alone.hiddenStates.get(3));
    }
  });

  it("refuses 399 samples and names the minimum", async () => {
    const engine = await engineOver(store);
    await expect(engine.run(new Float32Array(399), resolveTaps("last", 3))).rejects.toMatchObject({
      slug: "clip-too-short",
      extensions: { minimumSamples: 400 },
    });
  });

  it("gives finite numbers for silence and for a constant offset", async () => {
    const engine = await engineOver(store);
    for (const level of [0, 0.5]) {
      const result = await engine.run(new Float32Array(4001).fill(level), resolveTaps("last", 3));
      expect(result.hiddenStates.get(3)?.data.every(Number.isFinite)).toBe(true);
    }
  });

  it("stops within a segment when the client goes away", async () => {
    const { reads, storage } = recording();
    const engine = await engineOver(storage);
    const controller = new AbortController();
    const running = engine.run(await goldenSamples("x56789"), resolveTaps("last", 3), {
      signal: controller.signal,
    });
    controller.abort();
    await expect(running).rejects.toMatchObject({ slug: "request-aborted" });
    expect(segmentsRead(engine, reads)).not.toContain("layer.0");
  });

  it.each([60, 8])(
    "says after each layer how many are done, of all windows of %i s",
    async (windowSeconds) => {
      const engine = await engineOver(store, undefined, { ...AMPLE_LIMITS, windowSeconds });
      const reports: [number, number][] = [];
      const samples = Float32Array.from({ length: 20 * 16_000 }, (_, index) => Math.sin(index / 9));
      const { windows } = await engine.run(samples, resolveTaps([0, 2], 3), {
        report: (layersDone, layersTotal) => reports.push([layersDone, layersTotal]),
      });
      expect(windows > 1).toBe(windowSeconds < 20);
      const total = 2 * windows;
      expect(reports).toEqual(Array.from({ length: total }, (_, index) => [index + 1, total]));
    },
  );

  it("lets other work run while it computes", async () => {
    const engine = await engineOver(store);
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await engine.run(await goldenSamples("x56789"), resolveTaps("last", 3));
    clearInterval(timer);
    // The frontend's chunks and the layers' blocks are each a chance.
    expect(turns).toBeGreaterThan(5);
  });
});
