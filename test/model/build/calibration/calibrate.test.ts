import { beforeAll, describe, expect, it } from "vitest";
import { relativeL2 } from "../../../../src/model/accuracy/layer-error.ts";
import type { Backend } from "../../../../src/model/backend/backend.ts";
import { createNodeBackend } from "../../../../src/model/backend/node/backend.ts";
import { calibrate } from "../../../../src/model/build/calibration/calibrate.ts";
import type { Activations } from "../../../../src/model/build/recipe.ts";
import { PART_PRECISIONS } from "../../../../src/model/build/recipe.ts";
import { writePack } from "../../../../src/model/build/write-pack.ts";
import type { Checkpoint } from "../../../../src/model/checkpoint/checkpoint.ts";
import { openHuggingFaceDirectory } from "../../../../src/model/checkpoint/huggingface/open.ts";
import { resolveTaps } from "../../../../src/model/engine/taps/resolve.ts";
import type { Matrix } from "../../../../src/model/matrix.ts";
import { manifestKey } from "../../../../src/model/pack/manifest.ts";
import type { Precision } from "../../../../src/model/pack/precision.ts";
import { memoryStore } from "../../../../src/store/memory.ts";
import { goldenModelInput, goldenSamples } from "../../../../support/packs/golden.ts";
import { goldenDirectory, nodeRegistry } from "../../../../support/packs/tiny-pack.ts";

let backend: Backend;
beforeAll(async () => {
  backend = await createNodeBackend();
});

describe("calibration", () => {
  let checkpoint: Checkpoint;
  beforeAll(async () => {
    checkpoint = await openHuggingFaceDirectory(goldenDirectory("tiny-group"));
  });

  it("sees the convolutions but the first, and each layer's products that are smoothed", async () => {
    const activations = await calibrate(checkpoint, [await goldenSamples("x4001")], backend);
    const { convDim, convKernel } = checkpoint.config;
    const sizes = new Map<string, number>();
    for (let index = 1; index < convDim.length; index++) {
      sizes.set(`conv.${index}`, convDim[index - 1] * convKernel[index]);
    }
    for (const layer of [0, 1, 2]) {
      for (const name of ["attention", "context", "inner"]) sizes.set(`layer.${layer}.${name}`, 48);
    }
    expect([...activations.keys()].sort()).toEqual([...sizes.keys()].sort());
    for (const [name, { range, moments }] of activations) {
      const size = sizes.get(name) as number;
      expect(range).toHaveLength(size);
      expect(range.every((value) => value > 0 && Number.isFinite(value))).toBe(true);
      expect(moments).toHaveLength(size * size);
      for (let channel = 0; channel < size; channel++) {
        expect(moments[channel * (size + 1)]).toBeGreaterThan(0);
        // Of a channel's squares, the largest is among the sum.
        expect(moments[channel * (size + 1)]).toBeGreaterThanOrEqual(0.999 * range[channel] ** 2);
      }
    }
  });

  it("notes nothing of convolutions that the pack has in float32", async () => {
    const clips = [await goldenSamples("x4001")];
    const all = await calibrate(checkpoint, clips, backend);
    const some = await calibrate(checkpoint, clips, backend, () => {}, PART_PRECISIONS.q8a);
    const products = [...all].filter(([name]) => !name.startsWith("conv."));
    expect(some).toEqual(new Map(products));
  });

  it("gives the largest ranges and the summed moments of all clips", async () => {
    const clips = [await goldenSamples("x4001"), await goldenSamples("x16000")];
    const [first, second] = [
      await calibrate(checkpoint, [clips[0]], backend),
      await calibrate(checkpoint, [clips[1]], backend),
    ];
    const both = await calibrate(checkpoint, clips, backend);
    for (const [name, { range, moments }] of both) {
      const [one, other] = [first.get(name), second.get(name)];
      const largest = range.map((_, channel) =>
        Math.max(one?.range[channel] ?? 0, other?.range[channel] ?? 0),
      );
      expect(range).toEqual(largest);
      for (const [at, moment] of moments.entries()) {
        const sum = (one?.moments[at] ?? 0) + (other?.moments[at] ?? 0);
        expect(Math.abs(moment - sum)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(sum)));
      }
    }
  });

  it("reports each segment that was run", async () => {
    const segments: string[] = [];
    const stable = await openHuggingFaceDirectory(goldenDirectory("tiny-layer"));
    await calibrate(stable, [await goldenModelInput("x400", true)], backend, (name) =>
      segments.push(name),
    );
    expect(segments).toEqual(["frontend", "positional", "layer.0", "layer.1", "layer.2"]);
  });
});

/**
 * The same function with a loud channel between a layer norm and the product after it: what the norm gains there, the
 * product's weights lose.
 */
function withOutlier(checkpoint: Checkpoint, channel: number, gain: number): Checkpoint {
  return {
    ...checkpoint,
    async tensor(name) {
      const { shape, data } = await checkpoint.tensor(name);
      if (/layers\.\d+\.final_layer_norm\.(weight|bias)$/.test(name)) {
        return { shape, data: data.with(channel, gain * data[channel]) };
      }
      if (!name.endsWith("intermediate_dense.weight")) return { shape, data };
      const width = shape[1];
      const isOutlier = (index: number) => index % width === channel;
      return {
        shape,
        data: data.map((value, index) => (isOutlier(index) ? value / gain : value)),
      };
    },
  };
}

describe("a pack of a model with an outlier channel", () => {
  // 4-bit weights lose much with any activations; what the outlier adds to that is one channel's share.
  it.each([
    ["q8a", 3],
    ["q4", 1],
  ] as const)(
    "is closer to float32 when it was calibrated: %s, over %d times",
    async (precision, times) => {
      const stable = await openHuggingFaceDirectory(goldenDirectory("tiny-layer"));
      const checkpoint = withOutlier(stable, 5, 300);
      const ranges = await calibrate(checkpoint, [await goldenModelInput("x16000", true)], backend);
      const samples = await goldenModelInput("x56789", true);
      const reference = await lastHidden(checkpoint, "fp32", new Map(), samples);
      const errorOf = async (ranges: Activations) =>
        relativeL2(await lastHidden(checkpoint, precision, ranges, samples), reference);
      const [calibrated, uncalibrated] = [await errorOf(ranges), await errorOf(new Map())];
      expect(calibrated).toBeLessThan(uncalibrated / times);
    },
  );
});

async function lastHidden(
  checkpoint: Checkpoint,
  precision: Precision,
  ranges: Activations,
  samples: Float32Array,
): Promise<Matrix> {
  const store = memoryStore();
  const put = (key: string, bytes: Uint8Array) => store.put(key, bytes);
  await writePack(checkpoint, { precision }, ranges, { put, manifestKey });
  const engine = await nodeRegistry(store).open();
  const { layerCount } = checkpoint.config;
  const { hiddenStates } = await engine.run(samples, resolveTaps("last", layerCount));
  return hiddenStates.get(layerCount) as Matrix;
}
