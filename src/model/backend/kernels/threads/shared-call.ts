/** A kernel's call in numbers, for memory that threads share. */

import type { KernelArgument, KernelCall } from "../call.ts";
import type { ChunkSizes } from "./chunks.ts";

/** The function's index among those of the WASM, units, the two sizes of chunks, count of arguments, then four of each argument. */
const HEADER = 5;
const PARTS = 4;
const MAX_ARGUMENTS = 24;

/** The number of numbers that a call takes. */
export const CALL_NUMBERS = HEADER + PARTS * MAX_ARGUMENTS;

/** Writes a call of one of `functions`, to be computed in chunks of such sizes. */
export function writeCall(
  numbers: Float64Array,
  functions: readonly string[],
  call: KernelCall,
  sizes: ChunkSizes,
): void {
  const parts = call.arguments.flatMap(({ base, perUnit, perCount, perThread }) => [
    base,
    perUnit,
    perCount,
    perThread,
  ]);
  const index = functions.indexOf(call.function);
  const { units, lastUnits } = sizes;
  numbers.set([index, call.units, units, lastUnits, call.arguments.length, ...parts]);
}

/** Reads what `writeCall` wrote; while it writes, any numbers. */
export function readCall(
  numbers: Float64Array,
  functions: readonly string[],
): { call: KernelCall; sizes: ChunkSizes } {
  const [index, units, chunkUnits, lastUnits, count] = numbers;
  const args = Array.from({ length: count }, (_, argument): KernelArgument => {
    const at = HEADER + PARTS * argument;
    const [base, perUnit, perCount, perThread] = numbers.subarray(at, at + PARTS);
    return { base, perUnit, perCount, perThread };
  });
  const call = { function: functions[index], units, tile: chunkUnits, arguments: args };
  return { call, sizes: { units: chunkUnits, lastUnits } };
}
