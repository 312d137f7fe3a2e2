import { readFile } from "node:fs/promises";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  constant,
  type KernelCall,
  scratchAt,
  unitCount,
  unitsAt,
} from "../../../../../src/model/backend/kernels/call.ts";
import {
  instantiateKernels,
  type KernelExports,
} from "../../../../../src/model/backend/kernels/instantiate.ts";
import { callingThread } from "../../../../../src/model/backend/kernels/runner.ts";
import {
  type KernelPool,
  startKernelPool,
} from "../../../../../src/model/backend/kernels/threads/pool.ts";
import { startNodeKernelThread } from "../../../../../src/model/backend/node/threads.ts";

const THREADS = 3;
const COLUMNS = 40;
/** Where arrays stand in the heap: rows, results, and two places to compare. */
const ROWS_AT = 16;
const RESULTS_AT = 1 << 20;
const SCRATCH_AT = 2 << 20;
const QUANTA_AT = 3 << 20;

const memory = new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true });
let wasm: WebAssembly.Module;
let kernels: KernelExports;
let pool: KernelPool;
beforeAll(async () => {
  const path = new URL("../../../../../build/kernels/relaxed-simd.wasm", import.meta.url);
  wasm = await WebAssembly.compile(await readFile(path));
  kernels = await instantiateKernels(wasm, memory);
  pool = await startKernelPool({ wasm, memory }, kernels, THREADS, startNodeKernelThread);
  const rows = new Float32Array(memory.buffer, ROWS_AT, 2000 * COLUMNS);
  for (const index of rows.keys()) rows[index] = Math.sin(index * index);
});
afterAll(() => pool?.stop());

/** Quantizes `rows` rows, in which each thread needs scratch of its own. */
function quantizing(rows: number): KernelCall {
  return {
    function: "quantizeRows",
    units: rows,
    tile: 1,
    arguments: [
      unitsAt(ROWS_AT, COLUMNS * 4),
      unitCount(),
      constant(COLUMNS),
      constant(0),
      constant(1),
      scratchAt(SCRATCH_AT, COLUMNS * 4),
      unitsAt(QUANTA_AT, 64),
      constant(64),
      unitsAt(RESULTS_AT, 4),
      unitsAt(RESULTS_AT + 65_536, 4),
    ],
  };
}

/** Adds rows to themselves. */
function doubling(rows: number, tile: number): KernelCall {
  return {
    function: "addRows",
    units: rows,
    tile,
    arguments: [
      unitsAt(ROWS_AT, COLUMNS * 4),
      unitsAt(ROWS_AT, COLUMNS * 4),
      unitsAt(RESULTS_AT, COLUMNS * 4),
      unitCount(COLUMNS),
    ],
  };
}

/** What the heap holds beyond the rows after a call on a heap that held nothing there. */
function heapAfter(run: () => void): Uint8Array {
  const results = new Uint8Array(memory.buffer, RESULTS_AT);
  results.fill(0);
  run();
  const copy = results.slice();
  copy.fill(0, SCRATCH_AT - RESULTS_AT, QUANTA_AT - RESULTS_AT);
  return copy;
}

describe("a pool of threads", () => {
  it("computes every row of any number of them, with the bits of one thread", () => {
    const sizes = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 2000 }));
    const alone = callingThread(kernels);
    fc.assert(
      fc.property(sizes, fc.constantFrom(1, 15), (rows, tile) => {
        for (const call of [quantizing(rows), doubling(rows, tile)]) {
          const [shared, own] = [pool, alone].map((runner) => heapAfter(() => runner.run(call)));
          expect(Buffer.compare(shared, own)).toBe(0);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("has computed all of a call when it returns, call after call", () => {
    const results = new Float32Array(memory.buffer, RESULTS_AT, 300 * COLUMNS);
    for (let round = 0; round < 2000; round++) {
      results.fill(0);
      pool.run(doubling(300, 1));
      // Only the sine of the very first is 0.
      expect(results.indexOf(0, 1)).toBe(-1);
    }
  });

  it("does nothing for no rows", () => {
    expect(heapAfter(() => pool.run(doubling(0, 1))).every((byte) => byte === 0)).toBe(true);
  });
});

describe("a pool of more threads than processors, which come late to calls", () => {
  it("computes every row of calls of changing size", async () => {
    const crowd = await startKernelPool({ wasm, memory }, kernels, 12, startNodeKernelThread);
    const results = new Float32Array(memory.buffer, RESULTS_AT, 300 * COLUMNS);
    for (let round = 0; round < 60_000; round++) {
      const rows = 3 * (1 + ((round * 7) % 30));
      results.fill(0, 0, rows * COLUMNS);
      crowd.run(doubling(rows, 1));
      if (results.subarray(1, rows * COLUMNS).includes(0)) expect.unreachable(`call ${round}`);
    }
    await crowd.stop();
  });
});

describe("a pool whose kernel leaves the heap", () => {
  it("says so, and its threads end", async () => {
    const failing = await startKernelPool(
      { wasm, memory },
      kernels,
      THREADS,
      startNodeKernelThread,
    );
    const call = doubling(1000, 1);
    const beyond = { ...call, arguments: call.arguments.with(2, unitsAt(2 ** 31, COLUMNS * 4)) };
    expect(() => failing.run(beyond)).toThrow("addRows failed");
    await failing.stop();
  });
});

describe("a thread that cannot be started", () => {
  it("fails the pool and ends the others", async () => {
    const stopped: number[] = [];
    const starting = startKernelPool({ wasm, memory }, kernels, 3, (task) => {
      const thread = startNodeKernelThread(
        task.thread === 2 ? { ...task, memory: "none" as never } : task,
      );
      return { ...thread, stop: () => thread.stop().then(() => void stopped.push(task.thread)) };
    });
    await expect(starting).rejects.toThrow();
    expect(stopped.sort()).toEqual([1, 2]);
  });
});
