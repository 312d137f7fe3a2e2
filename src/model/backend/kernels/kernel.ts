/** One of the engine's own kernels: a step of programs, computed by functions of kernels/. */
import type { HeapValue } from "../wasm/heap-value.ts";
import type { Heap } from "./heap.ts";
import type { KernelRunner } from "./runner.ts";

export const FLOAT32_BYTES = 4;

/** Numbers of a step, as a pack's manifest has them. */
export type KernelAttributes = Readonly<Record<string, number>>;

/** A kernel by the name that packs use. */
export interface Kernel {
  readonly name: string;
  /** Computes one step; the result is the caller's to free. Throws `HeapExhausted`. */
  step(
    runner: KernelRunner,
    heap: Heap,
    inputs: readonly HeapValue[],
    attributes: KernelAttributes,
  ): HeapValue;
  /** Steps on zeros that reach all of its code; exercise.ts computes them before a clip needs the kernel. */
  readonly exercises: readonly Exercise[];
}

/** The shapes of a step's inputs, and its attributes. */
export interface Exercise {
  readonly inputs: readonly (readonly number[])[];
  readonly attributes: KernelAttributes;
}
