import { beforeAll, describe, expect, it } from "vitest";
import { type BaselineQuantization, buildBaseline } from "../../bench/baseline/baseline.ts";
import {
  BASELINE_SCHEMES,
  GOLDEN_MID,
  goldenMidBaselines,
  goldenMidReference,
  goldenMidSamples,
  hasGoldenMid,
} from "../../bench/golden-mid.ts";
import { type LayerError, layerError } from "../../src/model/accuracy/layer-error.ts";
import type { Backend } from "../../src/model/backend/backend.ts";
import { createNodeBackend } from "../../src/model/backend/node/backend.ts";
import { openHuggingFaceDirectory } from "../../src/model/checkpoint/huggingface/open.ts";
import type { Matrix } from "../../src/model/matrix.ts";
import {
  GOLDEN_INPUTS,
  GOLDEN_MODELS,
  GOLDEN_TOLERANCE,
  type GoldenInput,
  goldenExpectations,
  goldenModelInput,
  largestDifference,
  stackedLayer,
} from "../../support/packs/golden.ts";
import { goldenDirectory } from "../../support/packs/tiny-pack.ts";

let backend: Backend;
beforeAll(async () => {
  backend = await createNodeBackend();
});

/** Builds the baseline of a checkpoint's directory; gives every hidden state and the last, in that order. */
async function openBaseline(directory: string, quantization: BaselineQuantization) {
  const checkpoint = await openHuggingFaceDirectory(directory);
  const { bytes, outputs } = await buildBaseline(checkpoint, { quantization, outputs: "all" });
  const session = await backend.createSession([{ onnx: bytes, inputs: ["input_values"], outputs }]);
  return async (samples: Float32Array): Promise<Map<string, Matrix>> => {
    const { outputs: results } = await session.run(
      { input_values: { type: "float32", shape: [1, samples.length], data: samples } },
      outputs,
    );
    const matrices = Object.entries(results).map(([name, { shape, data }]): [string, Matrix] => [
      name,
      { rows: shape[1], columns: shape[2], data },
    ]);
    return new Map(matrices);
  };
}

/** onnxruntime's InstanceNormalization adds up a channel in float32; the longest input has 56,788 values in each. */
function toleranceOf(input: GoldenInput): number {
  return input === "tile5_x56789" ? 2 * GOLDEN_TOLERANCE : GOLDEN_TOLERANCE;
}

describe.each(GOLDEN_MODELS)(
  "the fp32 baseline of $name",
  ({ name, layerCount, doNormalize, stable }) => {
    let run: Awaited<ReturnType<typeof openBaseline>>;
    beforeAll(async () => {
      run = await openBaseline(goldenDirectory(name), "none");
    });

    it.each(GOLDEN_INPUTS)("gives transformers' hidden states of %s", async (input) => {
      const expected = await goldenExpectations(name, input);
      const stack = expected.hiddenStates as Float32Array;
      const results = await run(await goldenModelInput(input, doNormalize));
      const check = (output: string, reference: Float32Array) => {
        const difference = largestDifference(
          results.get(output) as Matrix,
          reference,
          expected.frameStep,
        );
        expect(difference).toBeLessThan(toleranceOf(input));
      };
      for (let index = 0; index <= layerCount; index++) {
        check(`hidden_states.${index}`, stackedLayer(stack, index, layerCount));
      }
      const last = stackedLayer(stack, layerCount, layerCount);
      check("last_hidden_state", stable ? (expected.lastHiddenState as Float32Array) : last);
    });
  },
);

describe("the quantized baseline of golden/mid", () => {
  it.for(["all", "matmul"] as const)(
    "errs as onnxruntime's own quantization of the export does: %s",
    async (quantization, { skip }) => {
      skip(!hasGoldenMid(), `${GOLDEN_MID} is not there`);
      const run = await openBaseline(GOLDEN_MID, quantization);
      const results = await run(await goldenMidSamples());
      const reference = (await goldenMidReference()).at(-1) as Matrix;
      const error = layerError(results.get("last_hidden_state") as Matrix, reference);

      const scheme = goldenMidBaselines().find(
        ({ name }) => name === BASELINE_SCHEMES[quantization],
      );
      const expected = scheme?.layers.at(-1) as LayerError;
      const ratios = [
        error.relativeL2 / expected.relativeL2,
        error.standardisedRelativeL2 / expected.standardisedRelativeL2,
      ];
      for (const ratio of ratios) {
        expect(ratio).toBeGreaterThan(0.75);
        expect(ratio).toBeLessThan(1.25);
      }
    },
  );
});
