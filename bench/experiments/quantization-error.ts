/** Experiments with the numbers: quantized packs of golden/mid, and fp32 packs of every golden model. */

import type { LayerError } from "../../src/model/accuracy/layer-error.ts";
import { resolveTaps } from "../../src/model/engine/taps/resolve.ts";
import { PRECISIONS } from "../../src/model/pack/precision.ts";
import { memoryStore } from "../../src/store/memory.ts";
import {
  GOLDEN_INPUTS,
  GOLDEN_MODELS,
  goldenExpectations,
  goldenModelInput,
  largestDifference,
  stackedLayer,
} from "../../support/packs/golden.ts";
import { installGolden, nodeRegistry } from "../../support/packs/tiny-pack.ts";
import {
  BASELINE_SCHEMES,
  GOLDEN_MID,
  goldenMidBaselines,
  hasGoldenMid,
  type Scheme,
} from "../golden-mid.ts";
import { measurePack } from "../pack-accuracy.ts";
import type { Experiment } from "./experiment.ts";

/** The default quantization's last layer. */
export const accuracyOfQ8: Experiment = {
  answers: ["q8-error", "q8-standardised", "q8-cosine"],
  async run() {
    const own = await lastLayer("q8");
    const baseline = lastBaselineLayer();
    const compare = (measure: keyof LayerError) => ({
      measured: { value: own[measure] },
      baseline: { value: baseline[measure] },
    });
    return {
      findings: [
        { row: "q8-error", ...compare("relativeL2") },
        { row: "q8-standardised", ...compare("standardisedRelativeL2") },
        { row: "q8-cosine", ...compare("worstFrameCosine") },
      ],
    };
  },
};

/** The last layer of the quantization with float32 convolutions. */
export const accuracyOfQ8a: Experiment = {
  answers: ["q8a-error", "q8a-standardised"],
  async run() {
    const own = await lastLayer("q8a");
    return {
      findings: [
        { row: "q8a-error", measured: { value: own.relativeL2 } },
        { row: "q8a-standardised", measured: { value: own.standardisedRelativeL2 } },
      ],
    };
  },
};

/** fp32 against transformers on every golden model and input, as the engine runs them. */
export const accuracyOfFp32: Experiment = {
  answers: ["fp32-error"],
  async run() {
    let largest = 0;
    for (const model of GOLDEN_MODELS) {
      for (const input of GOLDEN_INPUTS) {
        largest = Math.max(largest, await fp32Difference(model, input));
      }
    }
    return { findings: [{ row: "fp32-error", measured: { value: largest } }] };
  },
};

/** Every quantized precision's error, layer by layer. */
export const accuracyByLayer: Experiment = {
  answers: ["accuracy-by-layer"],
  async run() {
    requireGoldenMid();
    const schemes: Scheme[] = [];
    for (const precision of PRECISIONS.filter((precision) => precision !== "fp32")) {
      schemes.push({ name: `Undertone ${precision}`, layers: await measurePack(precision) });
    }
    const baselines = goldenMidBaselines();
    const named = (name: string, scheme: string) => ({
      name,
      layers: baselines.find((baseline) => baseline.name === scheme)?.layers ?? [],
    });
    schemes.push(named("baseline, MatMul only", BASELINE_SCHEMES.matmul));
    schemes.push(named("baseline, all int8", BASELINE_SCHEMES.all));
    const lines = schemes.map(({ name, layers }) => ({
      name,
      points: layers.map(({ standardisedRelativeL2 }, x) => ({ x, y: standardisedRelativeL2 })),
    }));
    return { lines: { "accuracy-by-layer": lines } };
  },
};

async function lastLayer(precision: string): Promise<LayerError> {
  requireGoldenMid();
  const known = PRECISIONS.find((candidate) => candidate === precision);
  if (known === undefined) throw new Error(`there is no precision ${precision}`);
  return lastOf(await measurePack(known));
}

function lastBaselineLayer(): LayerError {
  const baseline = goldenMidBaselines().find(({ name }) => name === BASELINE_SCHEMES.all);
  return lastOf(baseline?.layers ?? []);
}

function lastOf(layers: readonly LayerError[]): LayerError {
  return layers[layers.length - 1];
}

function requireGoldenMid(): void {
  if (!hasGoldenMid()) throw new Error(`${GOLDEN_MID} is not there`);
}

async function fp32Difference(
  { name, layerCount, doNormalize }: (typeof GOLDEN_MODELS)[number],
  input: (typeof GOLDEN_INPUTS)[number],
): Promise<number> {
  const store = memoryStore();
  const engine = await nodeRegistry(store).open(await installGolden(store, name, "fp32"));
  const samples = await goldenModelInput(input, doNormalize);
  const { hiddenStates } = await engine.run(samples, resolveTaps("all", layerCount));
  const { hiddenStates: stack, frameStep } = await goldenExpectations(name, input);
  if (stack === null) throw new Error(`${name} has no reference for ${input}`);
  const differences = [...hiddenStates].map(([index, matrix]) =>
    largestDifference(matrix, stackedLayer(stack, index, layerCount), frameStep),
  );
  return Math.max(...differences);
}
