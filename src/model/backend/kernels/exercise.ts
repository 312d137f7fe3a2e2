/**
 * Makes the JavaScript engine compile the kernels before a clip needs them: V8 first translates WebAssembly quickly and badly,
 * and compiles a function again, in the background, once it has used up a budget of loops.
 */
import { elementCount } from "../wasm/heap-value.ts";
import type { Heap } from "./heap.ts";
import { FLOAT32_BYTES } from "./kernel.ts";
import { KERNELS } from "./kernels.ts";
import type { KernelRunner } from "./runner.ts";

/** V8's budget for a function is 13 million bytes of machine code run through; a round is about a quarter of it. */
const ROUNDS = 8;

/** Computes the exercises of every kernel often enough, on zeros. */
export function exerciseKernels(runner: KernelRunner, heap: Heap): void {
  const exercises = KERNELS.flatMap((kernel) =>
    kernel.exercises.map((exercise) => ({ kernel, ...exercise })),
  );
  const largest = Math.max(...exercises.flatMap(({ inputs }) => inputs.map(elementCount)));
  heap.scoped((scope) => {
    const address = scope.copy(new Uint8Array(FLOAT32_BYTES * largest));
    const zeros = (shape: readonly number[]) =>
      ({ type: "float32", shape, address, free: () => {} }) as const;
    for (let round = 0; round < ROUNDS; round++) {
      for (const { kernel, inputs, attributes } of exercises) {
        kernel.step(runner, heap, inputs.map(zeros), attributes).free();
      }
    }
  });
}
