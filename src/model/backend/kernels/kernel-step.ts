/** What a kernel step of a program is: values in the heap in, a new one out. */
import type { HeapValue } from "../heap-value.ts";
import type { Heap } from "../ort-heap.ts";
import type { KernelRunner } from "./kernel-runner.ts";

export const FLOAT32_BYTES = 4;

/** Computes one step; the result is the caller's to free. Throws `HeapExhausted`. */
export type KernelStep = (
  runner: KernelRunner,
  heap: Heap,
  inputs: readonly HeapValue[],
  attributes: Readonly<Record<string, number>>,
) => HeapValue;
