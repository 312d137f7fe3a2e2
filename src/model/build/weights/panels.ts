/** int8 weights in the order that the kernel `int8_product` reads them. */
import {
  FLOAT32_PANEL,
  PANEL_INPUTS,
  PANEL_OUTPUTS,
  SWEEP_INPUTS,
} from "../../../../kernels/shared/layout.ts";
import type { WeightTensor } from "../../checkpoint/checkpoint.ts";
import { compensatedColumns } from "./compensated.ts";
import { quantizeColumns } from "./quantize.ts";

/** Weights for `int8_product`; outputs are rounded up to whole panels, channels to whole sweeps. */
export interface WeightPanels {
  /** [panels, channels of all taps / 16, 6 outputs, 16 channels] */
  readonly shape: readonly number[];
  readonly panels: Int8Array;
  /** Of each output: weight ≈ scale · int8. */
  readonly scales: Float32Array;
  /** Sums of each tap's int8 weights, [taps, outputs]. */
  readonly sums: Float32Array;
}

/**
 * Quantizes a matrix per output and lays it out in panels.
 * @param weight [taps · channels, outputs]
 * @param moments of the rows in calibration, for rounding that compensates; null for rounding to the nearest
 */
export function weightPanels(
  weight: WeightTensor,
  taps: number,
  moments: Float32Array | null = null,
): WeightPanels {
  const [inputCount, outputCount] = weight.shape;
  const channels = inputCount / taps;
  const { quantized, scales } =
    moments === null ? quantizeColumns(weight) : compensatedColumns(weight, moments);
  const paddedOutputs = roundUp(outputCount, PANEL_OUTPUTS);
  const paddedChannels = roundUp(channels, SWEEP_INPUTS);
  const portions = (taps * paddedChannels) / PANEL_INPUTS;
  const panels = new Int8Array(paddedOutputs * taps * paddedChannels);
  const sums = new Float32Array(taps * paddedOutputs);
  for (const [index, value] of quantized.entries()) {
    const output = index % outputCount;
    const input = Math.floor(index / outputCount);
    const tap = Math.floor(input / channels);
    const channel = tap * paddedChannels + (input % channels);
    const panel = Math.floor(output / PANEL_OUTPUTS);
    const portion = panel * portions + Math.floor(channel / PANEL_INPUTS);
    const lane = (output % PANEL_OUTPUTS) * PANEL_INPUTS + (channel % PANEL_INPUTS);
    panels[portion * PANEL_OUTPUTS * PANEL_INPUTS + lane] = value;
    sums[tap * paddedOutputs + output] += value;
  }
  return {
    shape: [paddedOutputs / PANEL_OUTPUTS, portions, PANEL_OUTPUTS, PANEL_INPUTS],
    panels,
    scales: padded(scales, paddedOutputs),
    sums,
  };
}

/** Weights for `float32_product`. */
export interface Float32Panels {
  /** [panels, inputs, 8 outputs] */
  readonly shape: readonly number[];
  readonly panels: Float32Array;
  /** Outputs rounded up to whole panels. */
  readonly paddedOutputs: number;
}

/**
 * Lays a float32 matrix out in panels.
 * @param weight [inputs, outputs]
 */
export function float32Panels({ shape, data }: WeightTensor): Float32Panels {
  const [inputs, outputs] = shape;
  const paddedOutputs = roundUp(outputs, FLOAT32_PANEL);
  const panels = new Float32Array(inputs * paddedOutputs);
  for (const [index, value] of data.entries()) {
    const output = index % outputs;
    const input = Math.floor(index / outputs);
    const panel = Math.floor(output / FLOAT32_PANEL);
    panels[(panel * inputs + input) * FLOAT32_PANEL + (output % FLOAT32_PANEL)] = value;
  }
  return { shape: [paddedOutputs / FLOAT32_PANEL, inputs, FLOAT32_PANEL], panels, paddedOutputs };
}

/** `values` followed by zeros. */
export function padded(values: Float32Array, length: number): Float32Array {
  const result = new Float32Array(length);
  result.set(values);
  return result;
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
