/** The heap as kernels use it. */
import type { HeapValue } from "../wasm/heap-value.ts";

/** Allocations that are freed together. */
export interface HeapScope {
  /** Uninitialised bytes. */
  allocate(bytes: number): number;
  /** A copy of `bytes`. */
  copy(bytes: Uint8Array): number;
  /** Pointers or 32-bit integers, one after another. */
  words(values: readonly number[]): number;
  /** A zero-terminated string. */
  text(value: string): number;
  freeAll(): void;
}

/** The heap operations that kernels use. */
export interface Heap {
  /** An uninitialised float32 matrix. */
  matrix(rows: number, columns: number): HeapValue;
  /** Runs `work` with allocations that are freed after it. */
  scoped<Result>(work: (scope: HeapScope) => Result): Result;
}
