/** What a kernel step of a program is: values in the heap in, a new one out. */

import type { Heap } from "../onnxruntime/heap.ts";
import type { HeapValue } from "../wasm/heap-value.ts";
import type { KernelRunner } from "./runner.ts";

export const FLOAT32_BYTES = 4;

/** Computes one step; the result is the caller's to free. Throws `HeapExhausted`. */
export type KernelStep = (
  runner: KernelRunner,
  heap: Heap,
  inputs: readonly HeapValue[],
  attributes: Readonly<Record<string, number>>,
) => HeapValue;
