/** Watching the WebAssembly heap, which only grows: its size is its peak. */

/** The most pages that 32-bit WebAssembly can have. */
const MOST_PAGES = 65_536;

/**
 * Watches the memory that onnxruntime makes from now on; call it before the first session. With `unbounded` no maximum
 * below WebAssembly's own holds. Gives a function that tells the bytes taken so far.
 */
export function watchWasmHeap({ unbounded = false } = {}): () => number {
  const memories: WebAssembly.Memory[] = [];
  WebAssembly.Memory = class extends WebAssembly.Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(unbounded ? { ...descriptor, maximum: MOST_PAGES } : descriptor);
      memories.push(this);
    }
  };
  return () => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}
