/** Computing kernels on the calling thread, or on several together (threads/pool.ts). */

import { computeShare, type KernelCall } from "./call.ts";
import type { KernelExports } from "./instantiate.ts";

/** Computes calls one after another; each is done when `run` returns, with the same bits for any number of threads. */
export interface KernelRunner {
  readonly threads: number;
  run(call: KernelCall): void;
  /** A size that kernels/ defines, such as the bytes of scratch that a kernel needs. */
  size(name: string, ...values: number[]): number;
}

/** Runs everything on the calling thread. */
export function callingThread(kernels: KernelExports): KernelRunner {
  return {
    threads: 1,
    run: (call) => computeShare(kernels, call, { first: 0, count: call.units, thread: 0 }),
    size: (name, ...values) => kernels[name](...values),
  };
}
