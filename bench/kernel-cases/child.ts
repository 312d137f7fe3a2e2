/**
 * Times every kernel case in a process of its own, which has V8's flags: `child.ts WASM` → one line of JSON with the fastest
 * milliseconds of each case, in the order of the cases.
 */
import { readFile } from "node:fs/promises";
import type { Heap, HeapScope } from "../../src/model/backend/kernels/heap.ts";
import { instantiateKernels } from "../../src/model/backend/kernels/instantiate.ts";
import { kernelNamed } from "../../src/model/backend/kernels/kernels.ts";
import { callingThread, type KernelRunner } from "../../src/model/backend/kernels/runner.ts";
import { elementCount, type HeapValue } from "../../src/model/backend/wasm/heap-value.ts";
import { KERNEL_CASES, type KernelCase } from "./cases.ts";

/** The heap of onnxruntime in workerd, in pages of 64 KiB. */
const PAGES = 512;
const WARM_UPS = 40;
const RUNS = 60;
const ALIGNMENT = 64;

const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
const wasm = await WebAssembly.compile(await readFile(process.argv[2] as string));
const runner = callingThread(await instantiateKernels(wasm, memory));
console.log(JSON.stringify(KERNEL_CASES.map(fastest)));

/** The fastest of many calls: other programs can only slow a call down. */
function fastest(wanted: KernelCase): number {
  const arena = openArena();
  const inputs = wanted.inputs.map(({ shape, values }) => {
    const value = arena.value(shape, values === "reals" ? "float32" : "int8");
    fill(value);
    return value;
  });
  let milliseconds = Number.POSITIVE_INFINITY;
  for (let run = -WARM_UPS; run < RUNS; run++) {
    const mark = arena.mark();
    const times = stopwatch(wanted.function);
    kernelNamed(wanted.kernel).step(times.runner, arena.heap, inputs, wanted.attributes);
    if (run >= 0) milliseconds = Math.min(milliseconds, times.milliseconds());
    arena.backTo(mark);
  }
  return milliseconds;
}

/** A runner that counts the time of one function. */
function stopwatch(name: string) {
  let total = 0;
  const timing: KernelRunner = {
    ...runner,
    run(call) {
      const startedAtMs = performance.now();
      runner.run(call);
      if (call.function === name) total += performance.now() - startedAtMs;
    },
  };
  return { runner: timing, milliseconds: () => total };
}

/** Memory that is handed out from the bottom up. */
function openArena() {
  let end = ALIGNMENT;
  const allocate = (bytes: number) => {
    const address = end;
    end += Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    if (end > memory.buffer.byteLength) throw new RangeError("the case is larger than the heap");
    return address;
  };
  const value = (shape: readonly number[], type: "float32" | "int8"): HeapValue => {
    const bytes = elementCount(shape) * (type === "float32" ? 4 : 1);
    return { type, shape, address: allocate(bytes), free: () => {} };
  };
  const scope = { allocate } as HeapScope;
  const heap: Heap = {
    matrix: (rows, columns) => value([rows, columns], "float32"),
    scoped: (work) => work(scope),
  };
  return {
    heap,
    value,
    mark: () => end,
    backTo(mark: number) {
      end = mark;
    },
  };
}

/** Numbers of the size that activations have, none of them denormal, or any weights. */
function fill({ type, shape, address }: HeapValue): void {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x40000000 - 1;
  };
  const length = elementCount(shape);
  if (type === "int8")
    new Int8Array(memory.buffer, address, length).fill(1).forEach((_, index, all) => {
      all[index] = Math.round(127 * next());
    });
  else
    new Float32Array(memory.buffer, address, length).forEach((_, index, all) => {
      all[index] = next();
    });
}
