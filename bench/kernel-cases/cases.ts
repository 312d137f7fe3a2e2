/** The kernels on the shapes that a 5 s clip of base-plus has, and the operations that each function then does. */
import type { KernelAttributes } from "../../src/model/backend/kernels/kernel.ts";
import type { KernelName } from "../../src/model/backend/kernels/kernels.ts";

const HIDDEN = 768;
const INNER = 3072;
const HEADS = 12;
const CONVOLUTION_CHANNELS = 512;
/** Frames of 5 s: whole tiles of windows, so that no row of the table holds a remainder. */
const FRAMES = 240;
const POSITIONAL_TAPS = 128;
const POSITIONAL_GROUPS = 16;

/** An input of a step: its shape, and what its numbers are. */
interface CaseInput {
  readonly shape: readonly number[];
  readonly values: "reals" | "weights";
}

/** A step, one of the functions that it calls, and how much that function then computes. */
export interface KernelCase {
  readonly title: string;
  readonly kernel: KernelName;
  readonly inputs: readonly CaseInput[];
  readonly attributes: KernelAttributes;
  /** The function of kernels/ whose time counts. */
  readonly function: string;
  /** Operations of one call; a multiplication and an addition are two. */
  readonly operations: number;
  /** `OP` for integers, `FLOP` for float32. */
  readonly unit: "OP" | "FLOP";
}

const reals = (...shape: number[]): CaseInput => ({ shape, values: "reals" });
const weights = (...shape: number[]): CaseInput => ({ shape, values: "weights" });

export const KERNEL_CASES: readonly KernelCase[] = [
  linear(FRAMES, HIDDEN, HIDDEN),
  linear(FRAMES, HIDDEN, INNER),
  linear(FRAMES, INNER, HIDDEN),
  {
    title: "int8 product, 2000 windows of 3 × 512, 512 outputs",
    kernel: "int8_product",
    ...product(4001, CONVOLUTION_CHANNELS, 3, 2, CONVOLUTION_CHANNELS, 0),
    function: "int8Product",
    operations: 2 * 2000 * 3 * CONVOLUTION_CHANNELS ** 2,
    unit: "OP",
  },
  // The lowest, the highest, a difference and a product.
  quantizing("quantizing rows, 240 × 3072", 0, 4),
  // 22 of GELU's approximation, and the same 4.
  quantizing("GELU and quantizing rows, 240 × 3072", 1, 26),
  {
    title: "attention with gate and positions, 240 frames, 12 heads",
    kernel: "gated_attention",
    inputs: [
      reals(FRAMES, HIDDEN),
      reals(FRAMES, HIDDEN),
      reals(FRAMES, 2 * HIDDEN),
      reals(HEADS, 2 * FRAMES - 1),
      reals(HIDDEN / HEADS, 2),
      reals(2),
      reals(HEADS),
    ],
    attributes: { heads: HEADS, integer_values: 1 },
    function: "gatedAttention",
    operations: 4 * FRAMES * FRAMES * HIDDEN,
    unit: "FLOP",
  },
  {
    title: "attention, 240 frames, 12 heads",
    kernel: "attention",
    inputs: [reals(FRAMES, HIDDEN), reals(FRAMES, 2 * HIDDEN)],
    attributes: { heads: HEADS, integer_values: 1 },
    function: "attention",
    operations: 4 * FRAMES * FRAMES * HIDDEN,
    unit: "FLOP",
  },
  {
    title: "positional convolution, 240 rows, 128 taps, 16 groups of 48",
    kernel: "grouped_convolution",
    inputs: [
      reals(FRAMES + POSITIONAL_TAPS - 1, HIDDEN),
      weights(HIDDEN, HIDDEN / POSITIONAL_GROUPS, POSITIONAL_TAPS),
      reals(HIDDEN),
      reals(HIDDEN),
    ],
    attributes: { groups: POSITIONAL_GROUPS, taps: POSITIONAL_TAPS },
    function: "groupedConvolution",
    operations: (2 * FRAMES * POSITIONAL_TAPS * HIDDEN * HIDDEN) / POSITIONAL_GROUPS,
    unit: "OP",
  },
  {
    title: "first convolution, 4000 frames, 10 taps, 512 channels",
    kernel: "convolve_samples",
    inputs: [reals(5 * 4000 + 5), reals(10, CONVOLUTION_CHANNELS), reals(CONVOLUTION_CHANNELS)],
    attributes: { taps: 10, stride: 5 },
    function: "convolveSamples",
    operations: 2 * 4000 * 10 * CONVOLUTION_CHANNELS,
    unit: "FLOP",
  },
  {
    title: "layer norm, 240 × 768",
    kernel: "layer_norm",
    inputs: [reals(FRAMES, HIDDEN), reals(HIDDEN), reals(HIDDEN)],
    attributes: { epsilon: 1e-5 },
    function: "layerNorm",
    operations: 8 * FRAMES * HIDDEN,
    unit: "FLOP",
  },
  {
    title: "sum, 240 × 768",
    kernel: "add",
    inputs: [reals(FRAMES, HIDDEN), reals(FRAMES, HIDDEN)],
    attributes: {},
    function: "addRows",
    operations: FRAMES * HIDDEN,
    unit: "FLOP",
  },
];

function linear(windows: number, inputs: number, outputs: number): KernelCase {
  return {
    title: `int8 product, ${windows} × ${inputs} × ${outputs}`,
    kernel: "int8_product",
    ...product(windows, inputs, 1, 1, outputs, 0),
    function: "int8Product",
    operations: 2 * windows * inputs * outputs,
    unit: "OP",
  };
}

function quantizing(title: string, gelu: number, perValue: number): KernelCase {
  return {
    title,
    kernel: "int8_product",
    ...product(FRAMES, INNER, 1, 1, 4, gelu),
    function: "quantizeRows",
    operations: perValue * FRAMES * INNER,
    unit: "FLOP",
  };
}

function product(
  rows: number,
  channels: number,
  taps: number,
  stride: number,
  outputs: number,
  gelu: number,
): Pick<KernelCase, "inputs" | "attributes"> {
  return {
    inputs: [
      reals(rows, channels),
      weights(taps * channels, outputs),
      reals(outputs),
      reals(taps, outputs),
      reals(outputs),
    ],
    attributes: { taps, stride, outputs, gelu },
  };
}
