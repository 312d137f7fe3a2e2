/** All kernels of the engine. A new one is a file in kernels/, a file in steps/ and a line here. */
import type { Kernel } from "./kernel.ts";
import { addRows } from "./steps/add-rows.ts";
import { attention } from "./steps/attention.ts";
import { convolveSamples } from "./steps/convolve-samples.ts";
import { float32Product } from "./steps/float32-product.ts";
import { foldGroupNorm } from "./steps/fold-group-norm.ts";
import { gatedAttention } from "./steps/gated-attention.ts";
import { gatherColumns } from "./steps/gather-columns.ts";
import { gelu } from "./steps/gelu.ts";
import { groupedConvolution } from "./steps/grouped-convolution.ts";
import { int8Product } from "./steps/int8-product.ts";
import { layerNorm } from "./steps/layer-norm.ts";
import { selectHeads } from "./steps/select-heads.ts";

export const KERNELS = [
  int8Product,
  convolveSamples,
  gatedAttention,
  attention,
  groupedConvolution,
  layerNorm,
  addRows,
  float32Product,
  foldGroupNorm,
  gatherColumns,
  gelu,
  selectHeads,
] as const satisfies readonly Kernel[];

/** The names of kernels in packs. */
export type KernelName = (typeof KERNELS)[number]["name"];
export const KERNEL_NAMES = KERNELS.map(({ name }): KernelName => name);

/** The kernel of a name. */
export function kernelNamed(name: KernelName): Kernel {
  return KERNELS.find((kernel) => kernel.name === name) as Kernel;
}
