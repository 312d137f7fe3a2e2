/** The memory of an instance without onnxruntime: as large as what is computed needs. */
import { createAllocator } from "./allocator.ts";
import type { HeapMemory } from "./heap-memory.ts";

const PAGE_BYTES = 65_536;
const MAX_PAGES = 65_536;

const STEP_PAGES = 16;

/** It grows by whole steps, because growing may copy all of it. */
export const STEP_BYTES = STEP_PAGES * PAGE_BYTES;

/** Makes an empty memory that grows to at most `maxHeapBytes`, in whole pages; `isShared` lets threads work in it. */
export function openOwnMemory(maxHeapBytes: number, isShared: boolean): HeapMemory {
  const maximum = Math.min(MAX_PAGES, Math.floor(maxHeapBytes / PAGE_BYTES));
  const memory = new WebAssembly.Memory({
    initial: Math.min(STEP_PAGES, maximum),
    maximum,
    shared: isShared,
  });
  const grow = (bytes: number): boolean => {
    const now = memory.buffer.byteLength / PAGE_BYTES;
    const needed = Math.ceil(bytes / PAGE_BYTES);
    if (needed > maximum) return false;
    const pages = Math.min(maximum, Math.ceil(needed / STEP_PAGES) * STEP_PAGES);
    try {
      memory.grow(pages - now);
      return true;
    } catch {
      // The engine has no memory left.
      return false;
    }
  };
  const { allocate, free } = createAllocator(() => memory.buffer.byteLength, grow);
  return { memory, maxBytes: maximum * PAGE_BYTES, allocate, free };
}
