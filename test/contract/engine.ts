/** What every engine must do, wherever it has its layers computed. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Engine, EngineLimits } from "../../src/model/engine/engine.ts";
import { resolveTaps } from "../../src/model/engine/taps/resolve.ts";
import type { Matrix } from "../../src/model/matrix.ts";
import { goldenSamples } from "../../support/packs/golden.ts";
import { AMPLE_LIMITS } from "../../support/packs/tiny-pack.ts";

/** Opens an engine of the golden model tiny-group in fp32, which has three layers. */
export type OpenEngine = (limits: EngineLimits) => Promise<Engine>;

/** Runs the contract against the engines that `open` makes. */
export function describeEngineContract(name: string, open: OpenEngine): void {
  describe(`${name} keeps the engine contract`, () => {
    const last = resolveTaps("last", 3);
    let engine: Engine;
    beforeAll(async () => {
      engine = await open(AMPLE_LIMITS);
    });

    it("gives each of several clips at once its own answer", async () => {
      const inputs = ["x4001", "x16000", "x4001quiet"] as const;
      const together = await Promise.all(
        inputs.map(async (input) => engine.run(await goldenSamples(input), last)),
      );
      for (const [index, input] of inputs.entries()) {
        const alone = await engine.run(await goldenSamples(input), last);
        expect(together[index].hiddenStates.get(3)).toEqual(alone.hiddenStates.get(3));
      }
    });

    it("gives what is asked for and nothing else", async () => {
      const samples = await goldenSamples("x4001");
      const features = await engine.run(samples, resolveTaps(["extract_features"], 3));
      expect(features.hiddenStates.size).toBe(0);
      expect(features.extractFeatures?.rows).toBe(12);
      expect(features.lastHiddenState).toBeNull();
      const states = await engine.run(samples, resolveTaps([0, 2, "last_hidden_state"], 3));
      expect([...states.hiddenStates.keys()]).toEqual([0, 2]);
      expect(states.lastHiddenState?.rows).toBe(12);
      expect(states.extractFeatures).toBeNull();
      expect(states).toMatchObject({ frames: 12, windows: 1, backend: "wasm", layerSum: null });
    });

    it("gives a hidden state the same bits, whichever others are kept beside it", async () => {
      const samples = await goldenSamples("x4001");
      const all = await engine.run(samples, resolveTaps([0, 1, 2, 3], 3));
      for (const kept of [[0], [1], [2], [3], [0, 2], [1, 3]]) {
        const { hiddenStates } = await engine.run(samples, resolveTaps(kept, 3));
        expect([...hiddenStates]).toEqual(
          kept.map((index) => [index, all.hiddenStates.get(index)]),
        );
      }
    });

    it("refuses 399 samples and names the minimum", async () => {
      await expect(engine.run(new Float32Array(399), last)).rejects.toMatchObject({
        slug: "clip-too-short",
        extensions: { minimumSamples: 400 },
      });
    });

    it("gives finite numbers for silence and for a constant offset", async () => {
      for (const level of [0, 0.5]) {
        const result = await engine.run(new Float32Array(4001).fill(level), last);
        expect(result.hiddenStates.get(3)?.data.every(Number.isFinite)).toBe(true);
      }
    });

    it("stops when the client goes away, and computes the next clip", async () => {
      const controller = new AbortController();
      const options = { signal: controller.signal };
      const running = engine.run(await goldenSamples("tile5_x56789"), last, options);
      setTimeout(() => controller.abort(), 20);
      await expect(running).rejects.toMatchObject({ slug: "request-aborted" });
      expect((await engine.run(await goldenSamples("x400"), last)).frames).toBe(1);
    });

    it("computes nothing for a client that was gone before", async () => {
      const running = engine.run(await goldenSamples("x400"), last, {
        signal: AbortSignal.abort(),
      });
      await expect(running).rejects.toMatchObject({ slug: "request-aborted" });
    });

    it("refuses a clip when too many wait", async () => {
      const narrow = await open({ ...AMPLE_LIMITS, maxQueue: 1 });
      const samples = await goldenSamples("x16000");
      const results = await Promise.allSettled([1, 2, 3].map(() => narrow.run(samples, last)));
      expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
      expect((results[2] as PromiseRejectedResult).reason).toMatchObject({ slug: "queue-full" });
    });

    it("refuses a clip that does not fit, and says how many seconds do", async () => {
      const small = await open({ ...AMPLE_LIMITS, memoryBudgetBytes: 40e6 });
      const running = small.run(new Float32Array(16_000 * 600), last);
      const error = await running.catch((reason) => reason);
      expect(error.slug).toBe("clip-exceeds-memory");
      const { maxSeconds } = error.extensions as { maxSeconds: number };
      expect(maxSeconds).toBeGreaterThan(0);
      await expect(
        small.run(new Float32Array(Math.round((maxSeconds + 1) * 16_000)), last),
      ).rejects.toMatchObject({ slug: "clip-exceeds-memory" });
    });

    it.each([60, 8])(
      "says after each layer how many are done, of all windows of %i s",
      async (windowSeconds) => {
        const windowed = await open({ ...AMPLE_LIMITS, windowSeconds });
        const reports: [number, number][] = [];
        const samples = Float32Array.from({ length: 20 * 16_000 }, (_, index) =>
          Math.sin(index / 9),
        );
        const { windows } = await windowed.run(samples, resolveTaps([0, 2], 3), {
          report: (layersDone, layersTotal) => reports.push([layersDone, layersTotal]),
        });
        expect(windows > 1).toBe(windowSeconds < 20);
        const total = 2 * windows;
        expect(reports).toEqual(Array.from({ length: total }, (_, index) => [index + 1, total]));
      },
    );

    it("leaves out windows that are quiet, and gives the others the bits that they have among all", async () => {
      const windowed = await open({ ...AMPLE_LIMITS, windowSeconds: 8 });
      const samples = Float32Array.from({ length: 20 * 16_000 }, (_, index) =>
        Math.sin((index / 9) * (1 + index / 1e6)),
      );
      const quiet = new Uint8Array(1000).fill(1);
      quiet[50] = quiet[999] = 0;
      const part = await windowed.run(samples, last, { quiet });
      expect(part).toMatchObject({ frames: 599, windows: 2, windowFrames: [300, 299] });
      expect(part.silent).toEqual([{ firstFrame: 300, frames: 400 }]);
      const whole = await windowed.run(samples, last);
      expect(whole).toMatchObject({ frames: 999, silent: [] });
      const { data, columns } = whole.hiddenStates.get(3) as Matrix;
      expect(part.hiddenStates.get(3)).toEqual({
        ...{ rows: 599, columns },
        data: Float32Array.of(...data.subarray(0, 300 * columns), ...data.subarray(700 * columns)),
      });
    });

    it("lets other work run while it computes", async () => {
      let turns = 0;
      const timer = setInterval(() => turns++, 0);
      await engine.run(await goldenSamples("x56789"), last);
      clearInterval(timer);
      // The frontend's chunks and the layers' blocks are each a chance.
      expect(turns).toBeGreaterThan(5);
    });
  });
}
