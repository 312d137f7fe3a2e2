/** Several threads that compute kernels in one heap, the calling thread among them. */
import { instantiateKernels, type KernelExports } from "../instantiate.ts";
import { callingThread, type KernelRunner } from "../runner.ts";
import { runShared, serveJobs, sharedJob, stopJobs } from "./shared-job.ts";

/** The task of a thread; all of it can be posted to another thread. */
export interface KernelTask {
  readonly wasm: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly job: SharedArrayBuffer;
  /** 1, 2 …; the calling thread is 0. */
  readonly thread: number;
}

/** A thread that runs `serveKernels` with its task. */
export interface KernelThread {
  /** Settles when it serves; fails if it cannot. */
  readonly ready: Promise<void>;
  /** Ends it, whatever it does. */
  stop(): Promise<void>;
}

/** Starts a thread, in the way of the place that the backend is for. */
export type StartKernelThread = (task: KernelTask) => KernelThread;

/** A runner with threads of its own. */
export interface KernelPool extends KernelRunner {
  /** Ends its threads. */
  stop(): Promise<void>;
}

/** Starts `threads − 1` threads beside the calling one. */
export async function startKernelPool(
  { wasm, memory }: Pick<KernelTask, "wasm" | "memory">,
  kernels: KernelExports,
  threads: number,
  start: StartKernelThread,
): Promise<KernelPool> {
  const job = sharedJob();
  const others = Array.from({ length: threads - 1 }, (_, index) =>
    start({ wasm, memory, job: job.buffer, thread: index + 1 }),
  );
  const stop = async () => {
    stopJobs(job);
    await Promise.all(others.map((thread) => thread.stop()));
  };
  try {
    await Promise.all(others.map(({ ready }) => ready));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    threads,
    run: (call) => runShared(job, kernels, call, threads),
    size: callingThread(kernels).size,
    stop,
  };
}

/** Runs in a thread: announces that it is ready and computes until the pool is stopped. */
export async function serveKernels(task: KernelTask, announce: () => void): Promise<void> {
  const kernels = await instantiateKernels(task.wasm, task.memory);
  announce();
  serveJobs(sharedJob(task.job), kernels, task.thread);
}
