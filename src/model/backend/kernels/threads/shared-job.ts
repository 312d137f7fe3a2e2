/**
 * One call at a time in memory that all threads share. Threads claim chunks of its units until none is left, so that one
 * that sleeps or is slow holds nobody up. Long because every step reads the same shared words.
 */

import { computeShare, type KernelCall } from "../call.ts";
import type { KernelExports } from "../instantiate.ts";
import { chunkAt, chunkCount, chunkSizes, MAX_CHUNKS } from "./chunks.ts";
import { CALL_NUMBERS, readCall, writeCall } from "./shared-call.ts";

/** A place for a job; its buffer is what threads are given. */
export interface SharedJob {
  readonly buffer: SharedArrayBuffer;
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly numbers: Float64Array<SharedArrayBuffer>;
}

/**
 * Words. `TICKET` is the number of the job, shifted, plus the next chunk to claim: a thread that was asleep since an earlier
 * job finds another number there, and claims nothing of a call that it has not read.
 */
const TICKET = 0;
const JOB = 1;
const DONE_CHUNKS = 2;
const FAILED = 3;
const STOPPED = 4;
const WORDS_BYTES = 64;

/** Room for `MAX_CHUNKS`. */
const CHUNK_BITS = 8;
const JOB_NUMBERS = 1 << (32 - CHUNK_BITS);

/** Longer than any call takes: a thread that has not finished by then has died. */
const PATIENCE_MS = 60_000;

/** A fifth of a millisecond, where there is `Atomics.pause`: what lies between two kernels of a program. */
const SPINS = 3000;

/** Makes a place for jobs, or opens the one behind `buffer`. */
export function sharedJob(
  buffer = new SharedArrayBuffer(WORDS_BYTES + CALL_NUMBERS * Float64Array.BYTES_PER_ELEMENT),
): SharedJob {
  return {
    buffer,
    words: new Int32Array(buffer, 0, WORDS_BYTES / Int32Array.BYTES_PER_ELEMENT),
    numbers: new Float64Array(buffer, WORDS_BYTES, CALL_NUMBERS),
  };
}

/**
 * Computes a call together with the threads that serve `job`, and returns when all of its units are done; blocks meanwhile,
 * which a page's own thread must not.
 * @throws Error if a kernel failed or a thread died: nothing in the heap can be relied on then.
 */
export function runShared(
  job: SharedJob,
  kernels: KernelExports,
  call: KernelCall,
  threads: number,
): void {
  const { words } = job;
  const sizes = chunkSizes(call, threads);
  const chunks = chunkCount(call.units, sizes);
  const number = (Atomics.load(words, JOB) + 1) % JOB_NUMBERS;
  // A thread that comes late to the last job may read this call, in part: it must find nothing to claim with it.
  Atomics.store(words, TICKET, (number << CHUNK_BITS) | MAX_CHUNKS);
  writeCall(job.numbers, Object.keys(kernels), call, sizes);
  Atomics.store(words, DONE_CHUNKS, 0);
  Atomics.store(words, TICKET, number << CHUNK_BITS);
  Atomics.store(words, JOB, number);
  if (chunks > 1) Atomics.notify(words, JOB, chunks - 1);
  const cause = takeChunks(job, kernels, number, 0);
  awaitChunks(words, chunks);
  if (Atomics.load(words, FAILED) !== 0) throw new Error(`${call.function} failed`, { cause });
}

/** Serves jobs as thread `thread` until they are stopped; blocks the calling thread all the while. */
export function serveJobs(job: SharedJob, kernels: KernelExports, thread: number): void {
  let number = 0;
  for (;;) {
    awaitChange(job.words, JOB, number);
    number = Atomics.load(job.words, JOB);
    if (Atomics.load(job.words, STOPPED) !== 0) return;
    takeChunks(job, kernels, number, thread);
  }
}

/** Lets the threads that serve jobs end. */
export function stopJobs({ words }: SharedJob): void {
  Atomics.store(words, STOPPED, 1);
  Atomics.add(words, JOB, 1);
  Atomics.notify(words, JOB);
}

/** Computes chunks until none is left, and gives the error of the last that failed. */
function takeChunks(
  job: SharedJob,
  kernels: KernelExports,
  number: number,
  thread: number,
): unknown {
  let failure: unknown;
  const { call, sizes } = readCall(job.numbers, Object.keys(kernels));
  const chunks = chunkCount(call.units, sizes);
  let chunk = claimChunk(job.words, number, chunks);
  while (chunk !== null) {
    try {
      computeShare(kernels, call, { ...chunkAt(call.units, sizes, chunk), thread });
    } catch (error) {
      failure = error;
      // Whoever waits for the chunk learns of it by this word.
      Atomics.store(job.words, FAILED, 1);
    }
    const done = Atomics.add(job.words, DONE_CHUNKS, 1) + 1;
    if (done === chunks) Atomics.notify(job.words, DONE_CHUNKS);
    chunk = claimChunk(job.words, number, chunks);
  }
  return failure;
}

/** The next chunk of job `number`; `null` if none is left, or if the job is over. */
function claimChunk(words: Int32Array, number: number, chunks: number): number | null {
  for (;;) {
    const ticket = Atomics.load(words, TICKET);
    const chunk = ticket & MAX_CHUNKS;
    if (ticket >>> CHUNK_BITS !== number || chunk >= chunks) return null;
    if (Atomics.compareExchange(words, TICKET, ticket, ticket + 1) === ticket) return chunk;
  }
}

function awaitChunks(words: Int32Array, chunks: number): void {
  for (;;) {
    const done = Atomics.load(words, DONE_CHUNKS);
    if (done === chunks) return;
    if (awaitChange(words, DONE_CHUNKS, done, PATIENCE_MS) === "timed-out") {
      throw new Error("a kernel thread died during a computation");
    }
  }
}

/** Waits until a word is no longer `value`, awake at first: a processor that slept takes longer to wake than most gaps last. */
function awaitChange(
  words: Int32Array,
  word: number,
  value: number,
  timeoutMs = Number.POSITIVE_INFINITY,
): ReturnType<typeof Atomics.wait> {
  for (let spin = 0; spin < SPINS; spin++) {
    if (Atomics.load(words, word) !== value) return "not-equal";
    Atomics.pause?.();
  }
  return Atomics.wait(words, word, value, timeoutMs);
}
