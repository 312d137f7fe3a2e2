/** A kernel's call in numbers, for memory that threads share. */
import { SHARED_KERNELS } from "./instantiate.ts";
import type { KernelArgument, KernelCall } from "./kernel-call.ts";

/** Kernel, units, units of a chunk, count of arguments, then four of each argument. */
const HEADER = 4;
const PARTS = 4;
const MAX_ARGUMENTS = 24;

/** How many numbers a call takes. */
export const CALL_NUMBERS = HEADER + PARTS * MAX_ARGUMENTS;

/** Writes a call, to be computed in chunks of `chunkUnits` units. */
export function writeCall(numbers: Float64Array, call: KernelCall, chunkUnits: number): void {
  const parts = call.arguments.flatMap(({ base, perUnit, perCount, perThread }) => [
    base,
    perUnit,
    perCount,
    perThread,
  ]);
  const kernel = SHARED_KERNELS.indexOf(call.kernel);
  numbers.set([kernel, call.units, chunkUnits, call.arguments.length, ...parts]);
}

/** Reads what `writeCall` wrote; while it writes, any numbers. */
export function readCall(numbers: Float64Array): { call: KernelCall; chunkUnits: number } {
  const [kernel, units, chunkUnits, count] = numbers;
  const args = Array.from({ length: count }, (_, index): KernelArgument => {
    const at = HEADER + PARTS * index;
    const [base, perUnit, perCount, perThread] = numbers.subarray(at, at + PARTS);
    return { base, perUnit, perCount, perThread };
  });
  const call = { kernel: SHARED_KERNELS[kernel], units, tile: chunkUnits, arguments: args };
  return { call, chunkUnits };
}
