/** A session of one ONNX program in one instance of onnxruntime. */

import type { HeapScope } from "../kernels/heap.ts";
import { heapScope } from "../wasm/heap-memory.ts";
import { elementCount, type HeapValue } from "../wasm/heap-value.ts";
import { lastError, ortMemory, readWords } from "./heap.ts";
import type { Ort } from "./module.ts";

/** Numbers of onnxruntime's C API. */
const ELEMENT_TYPES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  float16: 10,
  float64: 11,
} as const;
const BASIC_OPTIMIZATIONS = 1;
const SEQUENTIAL = 0;
const LOG_ERROR = 3;
const LOCATION_CPU = 1;
const ELEMENT_BYTES = { float32: 4, uint8: 1, int8: 1, int32: 4, float16: 2, float64: 8 } as const;

/** A session that lives as long as its instance. */
export interface OrtSession {
  /** Runs on values in the heap; the results, float32, are the caller's to free. */
  run(
    inputs: Readonly<Record<string, HeapValue>>,
    outputs: readonly string[],
  ): Promise<HeapValue[]>;
  release(): void;
}

/** Makes a session of an ONNX file; throws `HeapExhausted`, or an Error with onnxruntime's words. */
export async function createOrtSession(ort: Ort, bytes: Uint8Array): Promise<OrtSession> {
  const scope = heapScope(ortMemory(ort));
  try {
    // An arena would keep each session's peak for itself; plain allocations are given back to all.
    const options = ort._OrtCreateSessionOptions(
      BASIC_OPTIMIZATIONS,
      false,
      false,
      SEQUENTIAL,
      false,
      0,
      scope.text("undertone"),
      LOG_ERROR,
      0,
      0,
    );
    if (options === 0) throw new Error(lastError(ort));
    const session = await ort._OrtCreateSession(scope.copy(bytes), bytes.length, options);
    ort._OrtReleaseSessionOptions(options);
    if (session === 0) throw new Error(lastError(ort));
    return {
      run: (inputs, outputs) => runSession(ort, session, inputs, outputs),
      release: () => void ort._OrtReleaseSession(session),
    };
  } finally {
    scope.freeAll();
  }
}

async function runSession(
  ort: Ort,
  session: number,
  inputs: Readonly<Record<string, HeapValue>>,
  outputs: readonly string[],
): Promise<HeapValue[]> {
  const scope = heapScope(ortMemory(ort));
  const tensors: number[] = [];
  try {
    for (const value of Object.values(inputs)) tensors.push(createTensor(ort, scope, value));
    const inputNames = Object.keys(inputs).map((name) => scope.text(name));
    const outputNames = outputs.map((name) => scope.text(name));
    const results = scope.words(outputs.map(() => 0));
    const status = await ort._OrtRun(
      session,
      scope.words(inputNames),
      scope.words(tensors),
      tensors.length,
      scope.words(outputNames),
      outputs.length,
      results,
      0,
    );
    if (status !== 0) throw new Error(lastError(ort));
    return readWords(ort, results, outputs.length).map((tensor) => resultOf(ort, scope, tensor));
  } finally {
    for (const tensor of tensors) ort._OrtReleaseTensor(tensor);
    scope.freeAll();
  }
}

/** A tensor over memory that stays its owner's. */
function createTensor(ort: Ort, scope: HeapScope, { type, shape, address }: HeapValue): number {
  const tensor = ort._OrtCreateTensor(
    ELEMENT_TYPES[type],
    address,
    elementCount(shape) * ELEMENT_BYTES[type],
    scope.words(shape),
    shape.length,
    LOCATION_CPU,
  );
  if (tensor === 0) throw new Error(lastError(ort));
  return tensor;
}

/** A result, in memory that onnxruntime owns until it is freed. */
function resultOf(ort: Ort, scope: HeapScope, tensor: number): HeapValue {
  const [type, address, dimensions, dimensionCount] = tensorWords(ort, scope, tensor);
  if (type !== ELEMENT_TYPES.float32) throw new Error(`a result has element type ${type}`);
  const shape = readWords(ort, dimensions, dimensionCount);
  ort._OrtFree(dimensions);
  return { type: "float32", shape, address, free: () => void ort._OrtReleaseTensor(tensor) };
}

/** Type, data address, address of the dimensions, and their number. */
function tensorWords(ort: Ort, scope: HeapScope, tensor: number): number[] {
  const address = scope.words([0, 0, 0, 0]);
  if (ort._OrtGetTensorData(tensor, address, address + 4, address + 8, address + 12) !== 0) {
    throw new Error(lastError(ort));
  }
  return readWords(ort, address, 4);
}
