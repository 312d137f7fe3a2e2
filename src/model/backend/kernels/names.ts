/** The engine's own kernels, by the names that packs call them. */

/**
 * - `int8_product`: rows, weight panels, weight scales, tap sums, bias and perhaps factors → [windows, outputs]; see
 *   kernels/product.ts. Attributes: channels, taps, stride, outputs, gelu (1 to apply it to the rows first).
 * - `convolve_samples`: samples, weight, bias → [frames, channels]. Attributes: taps, stride.
 * - `gated_attention`: the attention's input, queries, keys and values, position table, gate weights, gate bias and gate
 *   constants → [rows, hiddenSize]; see kernels/attention.ts. Attribute: heads.
 * - `grouped_convolution`: rows, int8 weights, weight scales, bias → [rows − taps + 1, hiddenSize]; see
 *   kernels/grouped-convolution.ts. Attributes: groups, taps.
 * - `layer_norm`: rows, gain, bias → rows. Attribute: epsilon.
 * - `add`: two matrices → their sum.
 */
export const KERNELS = [
  "int8_product",
  "convolve_samples",
  "gated_attention",
  "grouped_convolution",
  "layer_norm",
  "add",
] as const;
export type KernelName = (typeof KERNELS)[number];
