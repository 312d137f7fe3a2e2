/** The engine's own kernels, by the names that packs call them. */

/**
 * - `int8_product`: rows, weight panels, weight scales, tap sums, bias and perhaps factors → [windows, outputs]; see
 *   kernels/product.ts. Attributes: channels, taps, stride, outputs, gelu (1 to apply it to the rows first).
 * - `convolve_samples`: samples, weight, bias → [frames, channels]. Attributes: taps, stride.
 * - `layer_norm`: rows, gain, bias → rows. Attribute: epsilon.
 * - `add`: two matrices → their sum.
 */
export const KERNELS = ["int8_product", "convolve_samples", "layer_norm", "add"] as const;
export type KernelName = (typeof KERNELS)[number];
