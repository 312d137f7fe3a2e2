/** The weights of a layer's four attention projections, scaled and smoothed. */
import type { WeightTensor } from "../../checkpoint/checkpoint.ts";
import type { ProductActivations, Recipe } from "../recipe.ts";
import { dividedMoments } from "../weights/compensated.ts";
import { joined, scaled, sideBySide } from "../weights/rearrange.ts";
import { dividedColumns, scaledRows, smoothingFactors } from "../weights/smoothing.ts";
import { type Linear, readLinear } from "./linear.ts";

/** Products of one layer's attention; weights are [inputs, outputs]. */
export interface Projections {
  /** Divisors of the attention's input before queries, keys and values; `null` if nothing was calibrated. */
  readonly factors: Float32Array | null;
  /** Moments of what enters them, and the output, in calibration, divided as they are; `null` if nothing was calibrated. */
  readonly moments: Float32Array | null;
  readonly contextMoments: Float32Array | null;
  /** With 1/√d folded in. */
  readonly queries: Linear;
  /** Keys, then values: [hiddenSize, 2 · attentionSize]. */
  readonly keysValues: Linear;
  readonly output: Linear;
}

interface BiasedLinear {
  readonly weight: WeightTensor;
  readonly bias: Float32Array;
}

/** Reads and prepares layer `index`'s projections; the output's smoothing is folded into the values. */
export async function projectionsOf(
  { checkpoint, activations }: Recipe,
  index: number,
): Promise<Projections> {
  const { hiddenSize, headCount } = checkpoint.config;
  const read = (name: string) =>
    readLinear(checkpoint, `encoder.layers.${index}.attention.${name}`);
  const queries = scaledLinear(await read("q_proj"), 1 / Math.sqrt(hiddenSize / headCount));
  const keys = await read("k_proj");
  const { values, output, contextMoments } = foldSmoothing(
    await read("v_proj"),
    await read("out_proj"),
    activations.get(`layer.${index}.context`),
  );
  const keysValues = {
    weight: sideBySide([keys.weight, values.weight]),
    bias: joined([keys.bias, values.bias]),
  };
  const activation = activations.get(`layer.${index}.attention`);
  if (activation === undefined) {
    return { factors: null, moments: null, contextMoments, queries, keysValues, output };
  }
  const factors = smoothingFactors(
    activation.range,
    sideBySide([queries.weight, keysValues.weight]),
  );
  const smooth = ({ weight, bias }: BiasedLinear) => ({
    weight: scaledRows(weight, factors),
    bias,
  });
  return {
    factors,
    moments: dividedMoments(activation.moments, factors),
    contextMoments,
    queries: smooth(queries),
    keysValues: smooth(keysValues),
    output,
  };
}

/** Attention mixes frames and never channels, so the values can be divided ahead of it at no cost. */
function foldSmoothing(
  values: BiasedLinear,
  output: BiasedLinear,
  activation: ProductActivations | undefined,
) {
  if (activation === undefined) return { values, output, contextMoments: null };
  const factors = smoothingFactors(activation.range, output.weight);
  return {
    values: {
      weight: dividedColumns(values.weight, factors),
      bias: values.bias.map((value, channel) => value / factors[channel]),
    },
    output: { weight: scaledRows(output.weight, factors), bias: output.bias },
    contextMoments: dividedMoments(activation.moments, factors),
  };
}

function scaledLinear({ weight, bias }: BiasedLinear, factor: number): BiasedLinear {
  return { weight: scaled(weight, factor), bias: bias.map((value) => value * factor) };
}
