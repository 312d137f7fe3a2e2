/** The weights of a layer's four attention projections, scaled and smoothed. */
import type { WeightTensor } from "../../checkpoint/checkpoint.ts";
import type { Recipe } from "../recipe.ts";
import { joined, scaled, sideBySide } from "../weights/rearrange.ts";
import { dividedColumns, scaledRows, smoothingFactors } from "../weights/smoothing.ts";
import { type Linear, readLinear } from "./linear.ts";

/** Products of one layer's attention; weights are [inputs, outputs]. */
export interface Projections {
  /** Divisors of the attention's input before queries, keys and values; `null` if nothing was calibrated. */
  readonly factors: Float32Array | null;
  /** With 1/√d folded in. */
  readonly queries: Linear;
  /** Keys, then values: [hiddenSize, 2 · hiddenSize]. */
  readonly keysValues: Linear;
  readonly output: Linear;
}

interface BiasedLinear {
  readonly weight: WeightTensor;
  readonly bias: Float32Array;
}

/** Reads and prepares layer `index`'s projections; the output's smoothing is folded into the values. */
export async function projectionsOf(
  { checkpoint, ranges }: Recipe,
  index: number,
): Promise<Projections> {
  const { hiddenSize, headCount } = checkpoint.config;
  const read = (name: string) =>
    readLinear(checkpoint, `encoder.layers.${index}.attention.${name}`);
  const queries = scaledLinear(await read("q_proj"), 1 / Math.sqrt(hiddenSize / headCount));
  const keys = await read("k_proj");
  const { values, output } = foldSmoothing(
    await read("v_proj"),
    await read("out_proj"),
    ranges.get(`layer.${index}.context`),
  );
  const keysValues = {
    weight: sideBySide([keys.weight, values.weight]),
    bias: joined([keys.bias, values.bias]),
  };
  const range = ranges.get(`layer.${index}.attention`);
  if (range === undefined) return { factors: null, queries, keysValues, output };
  const factors = smoothingFactors(range, sideBySide([queries.weight, keysValues.weight]));
  const smooth = ({ weight, bias }: BiasedLinear) => ({
    weight: scaledRows(weight, factors),
    bias,
  });
  return { factors, queries: smooth(queries), keysValues: smooth(keysValues), output };
}

/** Attention mixes frames and never channels, so the values can be divided ahead of it at no cost. */
function foldSmoothing(
  values: BiasedLinear,
  output: BiasedLinear,
  range: Float32Array | undefined,
) {
  if (range === undefined) return { values, output };
  const factors = smoothingFactors(range, output.weight);
  return {
    values: {
      weight: dividedColumns(values.weight, factors),
      bias: values.bias.map((value, channel) => value / factors[channel]),
    },
    output: { weight: scaledRows(output.weight, factors), bias: output.bias },
  };
}

function scaledLinear({ weight, bias }: BiasedLinear, factor: number): BiasedLinear {
  return { weight: scaled(weight, factor), bias: bias.map((value) => value * factor) };
}
