/** A kernel applied to units (rows, or heads) that do not depend on one another: any thread can compute any share of them. */
import type { KernelExports } from "./instantiate.ts";

/** An argument as a function of the units first … first + count − 1 that a thread computes: the sum of its four parts. */
export interface KernelArgument {
  readonly base: number;
  /** Times `first`. */
  readonly perUnit: number;
  /** Times `count`. */
  readonly perCount: number;
  /** Times the number of the thread. */
  readonly perThread: number;
}

/** A function applied to a number of units. */
export interface KernelCall {
  /** The name of a function of kernels/. */
  readonly function: string;
  readonly units: number;
  /** Units that are computed best together; fewer where there are not enough for all threads. */
  readonly tile: number;
  readonly arguments: readonly KernelArgument[];
}

/** Consecutive units and the thread that computes them; thread 0 is the calling one. */
export interface Share {
  readonly first: number;
  readonly count: number;
  readonly thread: number;
}

/** The same value for every unit. */
export function constant(base: number): KernelArgument {
  return { base, perUnit: 0, perCount: 0, perThread: 0 };
}

/** The address of the first unit of a share, where each takes `unitBytes`. */
export function unitsAt(base: number, unitBytes: number): KernelArgument {
  return { base, perUnit: unitBytes, perCount: 0, perThread: 0 };
}

/** The number of units of a share, or of elements where a unit has several. */
export function unitCount(elementsPerUnit = 1): KernelArgument {
  return { base: 0, perUnit: 0, perCount: elementsPerUnit, perThread: 0 };
}

/** The address of a thread's own scratch of `bytes` each. */
export function scratchAt(base: number, bytes: number): KernelArgument {
  return { base, perUnit: 0, perCount: 0, perThread: bytes };
}

/** Computes a share of a call's units. */
export function computeShare(
  kernels: KernelExports,
  call: KernelCall,
  { first, count, thread }: Share,
): void {
  const values = call.arguments.map(
    ({ base, perUnit, perCount, perThread }) =>
      base + first * perUnit + count * perCount + thread * perThread,
  );
  kernels[call.function](...values);
}
