/** The engine's own WASM kernels, working in onnxruntime's heap. */

/** What kernels/index.ts exports; addresses and counts are 32-bit integers. */
export interface KernelExports {
  quantizeRows(
    rows: number,
    rowCount: number,
    columns: number,
    factors: number,
    activation: number,
    scratch: number,
    quanta: number,
    stride: number,
    scales: number,
    lows: number,
  ): void;
  int8Product(
    quanta: number,
    scales: number,
    lows: number,
    windows: number,
    channels: number,
    taps: number,
    stride: number,
    weights: number,
    weightScales: number,
    sums: number,
    bias: number,
    outputs: number,
    results: number,
  ): void;
  convolveSamples(
    samples: number,
    frames: number,
    taps: number,
    stride: number,
    weights: number,
    bias: number,
    channels: number,
    results: number,
  ): void;
  gatedAttention(
    heads: number,
    width: number,
    hidden: number,
    rows: number,
    queries: number,
    rowCount: number,
    keys: number,
    frames: number,
    table: number,
    positions: number,
    gateWeights: number,
    gateBias: number,
    gateConstants: number,
    scratch: number,
    results: number,
  ): void;
  groupedConvolution(
    groups: number,
    size: number,
    taps: number,
    hidden: number,
    rows: number,
    rowCount: number,
    weights: number,
    scales: number,
    bias: number,
    scratch: number,
    results: number,
  ): void;
  addRows(a: number, b: number, target: number, count: number): void;
  layerNorm(
    rows: number,
    rowCount: number,
    columns: number,
    gain: number,
    bias: number,
    epsilon: number,
    target: number,
  ): void;
}

/** The kernels, in an order that all threads of a process agree on. */
export const SHARED_KERNELS = [
  "quantizeRows",
  "int8Product",
  "convolveSamples",
  "gatedAttention",
  "groupedConvolution",
  "addRows",
  "layerNorm",
] as const satisfies (keyof KernelExports)[];

/** A kernel whose work can be shared. */
export type SharedKernel = (typeof SHARED_KERNELS)[number];

/** Instantiates the kernels on a heap. */
export async function instantiateKernels(
  wasm: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Promise<KernelExports> {
  const { exports } = await WebAssembly.instantiate(wasm, { env: { memory } });
  return exports as unknown as KernelExports;
}
