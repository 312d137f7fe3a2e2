/** The engine's own WASM kernels, working in onnxruntime's heap. */

/** A function of kernels/; addresses and counts are 32-bit integers. Functions of sizes return bytes or units, kernels nothing. */
export type KernelFunction = (...values: number[]) => number;

/** The exports of the files right in kernels/, in an order that all instances of a module share. */
export type KernelExports = Readonly<Record<string, KernelFunction>>;

/** Instantiates the kernels on a heap. */
export async function instantiateKernels(
  wasm: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Promise<KernelExports> {
  const { exports } = await WebAssembly.instantiate(wasm, { env: { memory } });
  return exports as unknown as KernelExports;
}
