/** A kernel's call in numbers, for memory that threads share. */

import type { KernelArgument, KernelCall } from "../call.ts";
import { SHARED_KERNELS } from "../instantiate.ts";
import type { ChunkSizes } from "./chunks.ts";

/** Kernel, units, the two sizes of chunks, count of arguments, then four of each argument. */
const HEADER = 5;
const PARTS = 4;
const MAX_ARGUMENTS = 24;

/** How many numbers a call takes. */
export const CALL_NUMBERS = HEADER + PARTS * MAX_ARGUMENTS;

/** Writes a call, to be computed in chunks of such sizes. */
export function writeCall(numbers: Float64Array, call: KernelCall, sizes: ChunkSizes): void {
  const parts = call.arguments.flatMap(({ base, perUnit, perCount, perThread }) => [
    base,
    perUnit,
    perCount,
    perThread,
  ]);
  const kernel = SHARED_KERNELS.indexOf(call.kernel);
  const { units, lastUnits } = sizes;
  numbers.set([kernel, call.units, units, lastUnits, call.arguments.length, ...parts]);
}

/** Reads what `writeCall` wrote; while it writes, any numbers. */
export function readCall(numbers: Float64Array): { call: KernelCall; sizes: ChunkSizes } {
  const [kernel, units, chunkUnits, lastUnits, count] = numbers;
  const args = Array.from({ length: count }, (_, index): KernelArgument => {
    const at = HEADER + PARTS * index;
    const [base, perUnit, perCount, perThread] = numbers.subarray(at, at + PARTS);
    return { base, perUnit, perCount, perThread };
  });
  const call = { kernel: SHARED_KERNELS[kernel], units, tile: chunkUnits, arguments: args };
  return { call, sizes: { units: chunkUnits, lastUnits } };
}
