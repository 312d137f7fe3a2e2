import { beforeAll, describe, expect, it } from "vitest";
import type { Engine, WindowResult } from "../../../../src/model/engine/engine.ts";
import { statisticsOf } from "../../../../src/model/engine/statistics.ts";
import { headTaps, type Taps } from "../../../../src/model/engine/taps/taps.ts";
import { planWindows, windowShape } from "../../../../src/model/engine/windows/plan.ts";
import { frameCount, HOP_SAMPLES, RECEPTIVE_FIELD_SAMPLES } from "../../../../src/model/framing.ts";
import type { Matrix } from "../../../../src/model/matrix.ts";
import { memoryStore } from "../../../../src/store/memory.ts";
import { goldenSamples } from "../../../../support/packs/golden.ts";
import { AMPLE_LIMITS, installGolden, nodeRegistry } from "../../../../support/packs/tiny-pack.ts";
import { tapEverything } from "../../../support/model/engine-over.ts";

const WINDOW_SECONDS = 8;

async function openGolden(name: string): Promise<Engine> {
  const store = memoryStore();
  await installGolden(store, name, "q8");
  return nodeRegistry(store, "", { ...AMPLE_LIMITS, windowSeconds: WINDOW_SECONDS }).open();
}

/** Each window by itself, the last first: what comes of one does not depend on any other. */
async function runApart(engine: Engine, samples: Float32Array, taps: Taps) {
  const statistics = statisticsOf(engine.manifest.architecture, samples);
  const windows = planWindows(frameCount(samples.length), windowShape(WINDOW_SECONDS));
  const results: WindowResult[] = [];
  for (const window of windows.toReversed()) {
    const start = window.first * HOP_SAMPLES;
    const end = start + (window.count - 1) * HOP_SAMPLES + RECEPTIVE_FIELD_SAMPLES;
    const input = { samples: samples.slice(start, end), statistics, window };
    results.unshift(await engine.runWindow(input, taps));
  }
  return results;
}

function joined(matrices: readonly (Matrix | null | undefined)[]): number[] {
  return matrices.flatMap((matrix) => [...(matrix as Matrix).data]);
}

describe.each(["tiny-group", "tiny-layer"])("windows of %s, each by itself", (name) => {
  it("give together the bits of the clip computed at once", async () => {
    const engine = await openGolden(name);
    const samples = await goldenSamples("tile5_x56789");
    const taps: Taps = {
      ...tapEverything(3),
      layerSum: { weights: [0.5, -1, 2, 0.25], lastState: "raw" },
    };
    const whole = await engine.run(samples, taps);
    const parts = await runApart(engine, samples, taps);
    expect(whole.windowFrames).toHaveLength(4);
    for (const of of ["lastHiddenState", "extractFeatures", "layerSum"] as const) {
      expect(joined(parts.map((part) => part[of]))).toEqual(joined([whole[of]]));
    }
    for (const [index, states] of whole.hiddenStates) {
      expect(joined(parts.map((part) => part.hiddenStates.get(index)))).toEqual(joined([states]));
    }
  });
});

describe.each(["tiny-ctc", "tiny-afc", "tiny-seqcls", "tiny-layer-seqcls", "tiny-xvector"])(
  "the head of %s",
  (name) => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await openGolden(name);
    });

    it("gives over joined windows the bits of the clip computed at once", async () => {
      const samples = await goldenSamples("tile5_x56789");
      const [head] = engine.manifest.heads;
      if (head === undefined) throw new Error("no head");
      const taps = headTaps(head);
      const parts = await runApart(engine, samples, taps);
      const heads = parts.flatMap((part) => (part.head === null ? [] : [part.head]));
      const { head: whole } = await engine.run(samples, taps);
      expect(whole).not.toBeNull();
      expect(await engine.joinHeads(heads, taps)).toEqual(whole);
    });
  },
);
