/** The WASM heap that onnxruntime-web allocates: measured and bounded. */

/** A heap that grows and never shrinks. */
export interface HeapMeter {
  /** Bytes of the heap now, 0 before onnxruntime was initialised. */
  heapBytes(): number;
}

const PAGE_BYTES = 65_536;

/**
 * Watches for the memory that onnxruntime creates at its initialisation and lowers its maximum, so that an allocation that
 * cannot be met is an error and not the end of the isolate. Further backends share the heap of the first.
 */
export function boundHeap(maxHeapBytes: number): HeapMeter {
  heap ??= watchForHeap(maxHeapBytes);
  return heap;
}

let heap: HeapMeter | undefined;

function watchForHeap(maxHeapBytes: number): HeapMeter {
  const BuiltIn = WebAssembly.Memory;
  let memory: WebAssembly.Memory | undefined;
  class BoundedMemory extends BuiltIn {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      const maximum = Math.min(
        descriptor.maximum ?? Infinity,
        Math.floor(maxHeapBytes / PAGE_BYTES),
      );
      super(descriptor.initial > 0 ? { ...descriptor, maximum } : descriptor);
      if (descriptor.initial === 0) return;
      memory = this;
      WebAssembly.Memory = BuiltIn;
    }
  }
  WebAssembly.Memory = BoundedMemory as typeof WebAssembly.Memory;
  return { heapBytes: () => memory?.buffer.byteLength ?? 0 };
}
