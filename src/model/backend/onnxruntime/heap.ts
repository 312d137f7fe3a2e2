/** The heap of an instance of onnxruntime, and what it writes there. */
import { type HeapMemory, heapScope, WORD_BYTES } from "../wasm/heap-memory.ts";
import type { Ort } from "./module.ts";

/** The heap of `ort`. */
export function ortMemory(ort: Ort): HeapMemory {
  return {
    memory: ort.memory,
    maxBytes: ort.maxHeapBytes,
    allocate: (bytes) => ort._malloc(bytes),
    free: (address) => ort._free(address),
  };
}

/** Reads `count` 32-bit words. */
export function readWords(ort: Ort, address: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) =>
    ort.getValue(address + index * WORD_BYTES, "i32"),
  );
}

/** The message of onnxruntime's last error. */
export function lastError(ort: Ort): string {
  const scope = heapScope(ortMemory(ort));
  try {
    const address = scope.allocate(2 * WORD_BYTES);
    ort._OrtGetLastError(address, address + WORD_BYTES);
    const [, message] = readWords(ort, address, 2);
    return message === 0 ? "unknown error" : ort.UTF8ToString(message);
  } finally {
    scope.freeAll();
  }
}
