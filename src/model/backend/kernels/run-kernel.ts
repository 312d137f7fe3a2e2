/** Runs one kernel step on values in the heap. */
import { elementCount, type HeapValue, matrixSize } from "../heap-value.ts";
import type { Heap } from "../ort-heap.ts";
import type { KernelExports } from "./instantiate.ts";
import type { KernelName } from "./kernel-names.ts";

type Attributes = Readonly<Record<string, number>>;
type Kernel = (
  kernels: KernelExports,
  heap: Heap,
  inputs: readonly HeapValue[],
  attributes: Attributes,
) => HeapValue;

/** The kernel reads 32 channels at a time. */
const CHANNEL_MULTIPLE = 32;
const FLOAT32_BYTES = 4;

const KERNEL_FUNCTIONS: Readonly<Record<KernelName, Kernel>> = {
  int8_product: int8Product,
  convolve_samples: convolveSamples,
  layer_norm: layerNorm,
  add: addRows,
};

/** Runs a kernel; the result is the caller's to free. Throws `HeapExhausted`. */
export function runKernel(
  name: KernelName,
  kernels: KernelExports,
  heap: Heap,
  inputs: readonly HeapValue[],
  attributes: Attributes,
): HeapValue {
  return KERNEL_FUNCTIONS[name](kernels, heap, inputs, attributes);
}

function int8Product(
  kernels: KernelExports,
  heap: Heap,
  [rows, weights, weightScales, sums, bias, factors]: readonly HeapValue[],
  { taps, stride, outputs, gelu }: Attributes,
): HeapValue {
  const { rows: frames, columns } = matrixSize(rows);
  const channels = Math.ceil(columns / CHANNEL_MULTIPLE) * CHANNEL_MULTIPLE;
  const windows = Math.floor((frames - taps) / stride) + 1;
  const result = heap.matrix(windows, outputs);
  return heap.scoped((scope) => {
    const quanta = scope.allocate(frames * channels);
    const scales = scope.allocate(frames * FLOAT32_BYTES);
    const lows = scope.allocate(frames * FLOAT32_BYTES);
    kernels.quantizeRows(
      rows.address,
      frames,
      columns,
      factors?.address ?? 0,
      gelu,
      scope.allocate(columns * FLOAT32_BYTES),
      quanta,
      channels,
      scales,
      lows,
    );
    kernels.int8Product(
      quanta,
      scales,
      lows,
      windows,
      channels,
      taps,
      stride,
      weights.address,
      weightScales.address,
      sums.address,
      bias.address,
      outputs,
      result.address,
    );
    return result;
  });
}

function convolveSamples(
  kernels: KernelExports,
  heap: Heap,
  [samples, weights, bias]: readonly HeapValue[],
  { taps, stride }: Attributes,
): HeapValue {
  const channels = bias.shape[0];
  const frames = Math.floor((samples.shape[0] - taps) / stride) + 1;
  const result = heap.matrix(frames, channels);
  kernels.convolveSamples(
    samples.address,
    frames,
    taps,
    stride,
    weights.address,
    bias.address,
    channels,
    result.address,
  );
  return result;
}

function layerNorm(
  kernels: KernelExports,
  heap: Heap,
  [rows, gain, bias]: readonly HeapValue[],
  { epsilon }: Attributes,
): HeapValue {
  const size = matrixSize(rows);
  const result = heap.matrix(size.rows, size.columns);
  kernels.layerNorm(
    rows.address,
    size.rows,
    size.columns,
    gain.address,
    bias.address,
    epsilon,
    result.address,
  );
  return result;
}

function addRows(
  kernels: KernelExports,
  heap: Heap,
  [a, b]: readonly HeapValue[],
  _attributes: Attributes,
): HeapValue {
  const { rows, columns } = matrixSize(a);
  const result = heap.matrix(rows, columns);
  kernels.addRows(a.address, b.address, result.address, elementCount(a.shape));
  return result;
}
