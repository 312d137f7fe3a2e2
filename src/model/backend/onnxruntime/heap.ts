/** Writing to and reading from onnxruntime's heap, every allocation checked. */
import type { BackendTensor } from "../backend.ts";
import type { Heap, HeapScope } from "../kernels/heap.ts";
import type { HeapValue } from "../wasm/heap-value.ts";
import type { Ort } from "./module.ts";

/** The heap could not grow. */
export class HeapExhausted extends Error {
  constructor(bytes: number) {
    super(`no ${bytes} bytes are left in the heap`);
    this.name = "HeapExhausted";
  }
}

/** The heap of `ort` as kernels use it. */
export function kernelHeap(ort: Ort): Heap {
  return {
    matrix(rows, columns) {
      const scope = heapScope(ort);
      const address = scope.allocate(rows * columns * WORD_BYTES);
      return { type: "float32", shape: [rows, columns], address, free: scope.freeAll };
    },
    scoped(work) {
      const scope = heapScope(ort);
      try {
        return work(scope);
      } finally {
        scope.freeAll();
      }
    },
  };
}

const WORD_BYTES = 4;

/** Opens a scope on the heap of `ort`. */
export function heapScope(ort: Ort): HeapScope {
  const addresses: number[] = [];
  const allocate = (bytes: number): number => {
    const address = ort._malloc(Math.max(1, bytes));
    if (address === 0) throw new HeapExhausted(bytes);
    addresses.push(address);
    return address;
  };
  const copy = (bytes: Uint8Array): number => {
    const address = allocate(bytes.length);
    new Uint8Array(ort.memory.buffer, address, bytes.length).set(bytes);
    return address;
  };
  return {
    allocate,
    copy,
    words(values) {
      const address = allocate(values.length * WORD_BYTES);
      for (const [index, value] of values.entries())
        ort.setValue(address + index * WORD_BYTES, value, "i32");
      return address;
    },
    text: (value) => copy(new TextEncoder().encode(`${value}\0`)),
    freeAll() {
      for (const address of addresses.splice(0)) ort._free(address);
    },
  };
}

/** Copies a tensor into the heap. */
export function copyTensor(ort: Ort, { type, shape, data }: BackendTensor): HeapValue {
  const scope = heapScope(ort);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { type, shape, address: scope.copy(bytes), free: scope.freeAll };
}

/** Reads `count` 32-bit words. */
export function readWords(ort: Ort, address: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) =>
    ort.getValue(address + index * WORD_BYTES, "i32"),
  );
}

/** The message of onnxruntime's last error. */
export function lastError(ort: Ort): string {
  const scope = heapScope(ort);
  try {
    const address = scope.allocate(2 * WORD_BYTES);
    ort._OrtGetLastError(address, address + WORD_BYTES);
    const [, message] = readWords(ort, address, 2);
    return message === 0 ? "unknown error" : ort.UTF8ToString(message);
  } finally {
    scope.freeAll();
  }
}
