/** Input of all program builders: the checkpoint, the precision of each part, and what calibration saw. */
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import type { GraphBuilder, Value } from "../onnx/builder.ts";
import type { Precision } from "../pack/precision.ts";

/** Storage formats of the weights of products. */
export type WeightPrecision = "float32" | "float16" | "int8" | "int4" | "dynamic-int8";

/** The precisions of a pack's parts; the feature projection, the gates and all norms are float32 in each. */
export interface PartPrecisions {
  readonly convolutions: WeightPrecision;
  readonly linears: WeightPrecision;
  readonly positional: "float32" | "float16" | "int8";
  /** Attention's values, where its own kernel computes it: `linears` are int8. */
  readonly values: "float32" | "int8";
}

/**
 * `q8` is fast in WASM; `q8a` keeps the convolutions, most of what error is left, and attention's values in float32. `fp16` and
 * `q4` are for GPUs: they have no kernels of the engine's own.
 */
export const PART_PRECISIONS: Readonly<Record<Precision, PartPrecisions>> = {
  fp32: { convolutions: "float32", linears: "float32", positional: "float32", values: "float32" },
  q8: { convolutions: "int8", linears: "int8", positional: "int8", values: "int8" },
  fp16: { convolutions: "float16", linears: "float16", positional: "float16", values: "float32" },
  q4: { convolutions: "float32", linears: "int4", positional: "float32", values: "float32" },
  q8n: {
    convolutions: "float32",
    linears: "dynamic-int8",
    positional: "float32",
    values: "float32",
  },
  q8a: { convolutions: "float32", linears: "int8", positional: "float32", values: "float32" },
};

/** Statistics of the rows that entered a product in calibration. */
export interface ProductActivations {
  /** The largest magnitude of each input channel, [inputs]. */
  readonly range: Float32Array;
  /** Σ of row · rowᵀ over all rows, [inputs, inputs]. */
  readonly moments: Float32Array;
}

/** By the product's name, such as `layer.3.inner` or `conv.2`. */
export type Activations = ReadonlyMap<string, ProductActivations>;

/** Input for building the programs of one model. */
export interface Recipe {
  readonly checkpoint: Checkpoint;
  readonly precisions: PartPrecisions;
  /** Of calibration clips; products that are not in it are neither smoothed nor rounded with compensation. */
  readonly activations: Activations;
  /** Told of the rows that enter each product, when programs are built to calibrate. */
  observe?(graph: GraphBuilder, product: string, rows: Value): void;
}
