/** WASM instances of codecs, used again for one clip after another: what drops an instance cannot give back its memory at once. */

/** An instance that nobody uses. */
export interface CodecHeap {
  readonly exports: WebAssembly.Exports;
  readonly memory: WebAssembly.Memory;
  /** The heap as its initialisation left it, without the zeros at its end. */
  readonly pristine: Uint8Array;
}

/**
 * What idle instances have together. The largest that a clip needs is FLAC's, of 98 pages for eight channels in blocks of
 * 65,535 frames; MP3's, the largest that are common, have 17.
 */
export const MOST_IDLE_BYTES = 192 * 65_536;

interface IdleHeap extends CodecHeap {
  readonly module: WebAssembly.Module;
}

/** Those that were used last at the end. */
const idle: IdleHeap[] = [];

/** Takes an idle instance of a module, if there is one. */
export function takeIdleHeap(module: WebAssembly.Module): CodecHeap | null {
  const at = idle.findLastIndex((heap) => heap.module === module);
  return at === -1 ? null : (idle.splice(at, 1)[0] as IdleHeap);
}

/** Keeps an instance to be used again, with nothing left of what it was used for; drops those that waited longest for it. */
export function keepIdleHeap(module: WebAssembly.Module, heap: CodecHeap): void {
  const bytes = new Uint8Array(heap.memory.buffer);
  if (bytes.length > MOST_IDLE_BYTES) return;
  bytes.set(heap.pristine);
  bytes.fill(0, heap.pristine.length);
  idle.push({ ...heap, module });
  while (idleBytes() > MOST_IDLE_BYTES) idle.shift();
}

/** A snapshot of a heap right after its initialisation, to restore it. */
export function pristineBytes(memory: WebAssembly.Memory): Uint8Array {
  const bytes = new Uint8Array(memory.buffer);
  return bytes.slice(0, bytes.findLastIndex((byte) => byte !== 0) + 1);
}

function idleBytes(): number {
  return idle.reduce((sum, { memory }) => sum + memory.buffer.byteLength, 0);
}
