/** golden/mid: a WavLM whose outlier channels make quantization hard, its reference and what onnxruntime's own loses. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LayerError } from "../src/model/accuracy/layer-error.ts";
import { openSafetensors } from "../src/model/checkpoint/safetensors/file.ts";
import type { Matrix } from "../src/model/matrix.ts";

/** It lies beside the repository, where the project is developed, because it is too large to be part of it. */
export const GOLDEN_MID = new URL("../../shared/golden/mid", import.meta.url).pathname;

const INPUT = "x51200";

/** Names of the schemes in baselines.json that have a counterpart in bench/baseline. */
export const BASELINE_SCHEMES = {
  all: "q8 as transformers.js scripts/quantize.py (all ops, uint8, per tensor)",
  matmul: "q8 MatMul only, per tensor",
} as const;

/** A way of quantizing and its errors by index into hidden_states. */
export interface Scheme {
  readonly name: string;
  readonly layers: readonly LayerError[];
}

/** True if golden/mid exists. */
export function hasGoldenMid(): boolean {
  return existsSync(GOLDEN_MID);
}

/** The 16 kHz samples that everything is measured with. */
export async function goldenMidSamples(): Promise<Float32Array> {
  const inputs = await openSafetensors(join(GOLDEN_MID, "inputs.safetensors"));
  return (await inputs.read(INPUT)).data;
}

/** transformers' float32 hidden states of these samples, each [frames, width]. */
export async function goldenMidReference(): Promise<Matrix[]> {
  const golden = await openSafetensors(join(GOLDEN_MID, "golden.safetensors"));
  const { shape, data } = await golden.read(`${INPUT}.hidden_states`);
  const [count, rows, columns] = shape;
  const size = rows * columns;
  return Array.from({ length: count }, (_, index) => ({
    rows,
    columns,
    data: data.subarray(index * size, (index + 1) * size),
  }));
}

/** The errors of onnxruntime's dynamic quantization of the plain export, as baselines.json has them. */
export function goldenMidBaselines(): Scheme[] {
  const baselines: BaselinesFile = JSON.parse(
    readFileSync(join(GOLDEN_MID, "baselines.json"), "utf8"),
  );
  return Object.entries(baselines)
    .filter(([name]) => name !== "fp32")
    .map(([name, { layers }]) => ({
      name,
      layers: layers.map((layer) => ({
        relativeL2: layer.rel_l2,
        standardisedRelativeL2: layer.standardised_rel_l2,
        meanFrameCosine: layer.cos_mean,
        worstFrameCosine: layer.cos_min,
      })),
    }));
}

interface BaselinesFile {
  readonly [scheme: string]: {
    readonly layers: readonly {
      readonly rel_l2: number;
      readonly standardised_rel_l2: number;
      readonly cos_mean: number;
      readonly cos_min: number;
    }[];
  };
}
