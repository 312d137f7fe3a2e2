/** Which function computes which kernel of a program. */
import { addRows, convolveSamples, layerNorm } from "./float32-steps.ts";
import { gatedAttention } from "./gated-attention.ts";
import { groupedConvolution } from "./grouped-convolution.ts";
import { int8Product } from "./int8-product.ts";
import type { KernelName } from "./names.ts";
import type { KernelStep } from "./step.ts";

/** By the names that packs use. */
export const KERNEL_STEPS: Readonly<Record<KernelName, KernelStep>> = {
  int8_product: int8Product,
  convolve_samples: convolveSamples,
  gated_attention: gatedAttention,
  grouped_convolution: groupedConvolution,
  layer_norm: layerNorm,
  add: addRows,
};
