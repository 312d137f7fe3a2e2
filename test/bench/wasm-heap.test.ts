import { expect, it } from "vitest";
import { watchWasmHeap } from "../../bench/wasm-heap.ts";

const PAGE_BYTES = 65_536;

it("the heap's size is known, also after it has grown", () => {
  const heapBytes = watchWasmHeap();
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 4 });
  expect(heapBytes()).toBe(2 * PAGE_BYTES);
  memory.grow(1);
  expect(heapBytes()).toBe(3 * PAGE_BYTES);
});

it("a heap keeps its maximum unless it is to be unbounded", () => {
  watchWasmHeap();
  const bounded = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  expect(() => bounded.grow(1)).toThrow(RangeError);
  watchWasmHeap({ unbounded: true });
  const unbounded = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  expect(unbounded.grow(1)).toBe(1);
});
