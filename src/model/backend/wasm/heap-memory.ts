/** Writing to an instance's heap, every allocation checked. */
import { bytesOf } from "../../../bytes.ts";
import type { BackendTensor } from "../backend.ts";
import type { Heap, HeapScope } from "../kernels/heap.ts";
import type { HeapValue } from "./heap-value.ts";

/** A memory and its allocator. */
export interface HeapMemory {
  /** It may grow, so views of its buffer are made anew for each use. */
  readonly memory: WebAssembly.Memory;
  /** The most bytes that it may have. */
  readonly maxBytes: number;
  /** The address of so many bytes; 0 if there is no room for them. */
  allocate(bytes: number): number;
  free(address: number): void;
}

/** The heap could not grow. */
export class HeapExhausted extends Error {
  constructor(bytes: number) {
    super(`no ${bytes} bytes are left in the heap`);
    this.name = "HeapExhausted";
  }
}

/** Bytes of a pointer, a 32-bit integer or a float32. */
export const WORD_BYTES = 4;

/** A memory as kernels use it. */
export function kernelHeap(heap: HeapMemory): Heap {
  return {
    matrix(rows, columns) {
      const scope = heapScope(heap);
      const address = scope.allocate(rows * columns * WORD_BYTES);
      return { type: "float32", shape: [rows, columns], address, free: scope.freeAll };
    },
    scoped(work) {
      const scope = heapScope(heap);
      try {
        return work(scope);
      } finally {
        scope.freeAll();
      }
    },
  };
}

/** Opens a scope. */
export function heapScope({ memory, allocate: take, free }: HeapMemory): HeapScope {
  const addresses: number[] = [];
  const allocate = (bytes: number): number => {
    const address = take(Math.max(1, bytes));
    if (address === 0) throw new HeapExhausted(bytes);
    addresses.push(address);
    return address;
  };
  const copy = (bytes: Uint8Array): number => {
    const address = allocate(bytes.length);
    new Uint8Array(memory.buffer, address, bytes.length).set(bytes);
    return address;
  };
  return {
    allocate,
    copy,
    words(values) {
      const address = allocate(values.length * WORD_BYTES);
      new Int32Array(memory.buffer, address, values.length).set(values);
      return address;
    },
    text: (value) => copy(new TextEncoder().encode(`${value}\0`)),
    freeAll() {
      for (const address of addresses.splice(0)) free(address);
    },
  };
}

/** Copies a tensor into the heap. */
export function copyTensor(heap: HeapMemory, { type, shape, data }: BackendTensor): HeapValue {
  const scope = heapScope(heap);
  const bytes = bytesOf(data);
  return { type, shape, address: scope.copy(bytes), free: scope.freeAll };
}
