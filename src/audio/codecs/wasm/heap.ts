/** WASM instances of codecs, used again for one clip after another: what drops an instance cannot give back its memory at once. */

/** An instance that nobody uses. */
export interface CodecHeap {
  readonly exports: WebAssembly.Exports;
  readonly memory: WebAssembly.Memory;
  /** The heap as its initialisation left it, without the zeros at its end. */
  readonly pristine: Uint8Array;
}

/** A larger heap is dropped; MP3's, the largest that are common, have 17 pages. */
export const MOST_IDLE_BYTES = 20 * 65_536;

/** One for each codec's module. */
const idle = new WeakMap<WebAssembly.Module, CodecHeap>();

/** Takes the idle instance of a module, if there is one. */
export function takeIdleHeap(module: WebAssembly.Module): CodecHeap | null {
  const heap = idle.get(module) ?? null;
  idle.delete(module);
  return heap;
}

/** Keeps an instance to be used again, with nothing left of what it was used for. */
export function keepIdleHeap(module: WebAssembly.Module, heap: CodecHeap): void {
  const bytes = new Uint8Array(heap.memory.buffer);
  if (bytes.length > MOST_IDLE_BYTES) return;
  bytes.set(heap.pristine);
  bytes.fill(0, heap.pristine.length);
  idle.set(module, heap);
}

/** A snapshot of a heap right after its initialisation, to restore it. */
export function pristineBytes(memory: WebAssembly.Memory): Uint8Array {
  const bytes = new Uint8Array(memory.buffer);
  return bytes.slice(0, bytes.findLastIndex((byte) => byte !== 0) + 1);
}
