/** Lowers the initial memory of a WASM binary: codecs built for the worst case take 16 MiB and use one. */

const HEADER_BYTES = 8;
const MEMORY_SECTION = 5;

/**
 * The same binary with another number of initial 64 KiB pages in its memory section (WebAssembly core specification, binary
 * format); its runtime must grow the memory when it needs more. The length stays: the number is written as wide as it was.
 * @throws Error if the binary defines no memory, or the number does not fit where the old one stood.
 */
export function withInitialPages(wasm: Uint8Array, pages: number): Uint8Array {
  const limits = memoryLimits(wasm);
  const [, end] = readUnsigned(wasm, limits);
  if (pages >= 2 ** (7 * (end - limits))) throw new Error(`${pages} pages do not fit`);
  const changed = wasm.slice();
  for (let at = limits, rest = pages; at < end; at++, rest >>= 7) {
    changed[at] = (rest & 0x7f) | (at < end - 1 ? 0x80 : 0);
  }
  return changed;
}

/** Offset of the first memory's minimum, behind the count of memories and the flags. */
function memoryLimits(wasm: Uint8Array): number {
  let at = HEADER_BYTES;
  while (at < wasm.length) {
    const id = wasm[at];
    const [sectionBytes, body] = readUnsigned(wasm, at + 1);
    if (id === MEMORY_SECTION) return readUnsigned(wasm, body)[1] + 1;
    at = body + sectionBytes;
  }
  throw new Error("the binary defines no memory");
}

/** A LEB128 number and where it ends. */
function readUnsigned(wasm: Uint8Array, start: number): [value: number, end: number] {
  let value = 0;
  for (let at = start, shift = 0; at < wasm.length; at++, shift += 7) {
    const byte = wasm[at] as number;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at + 1];
  }
  throw new Error("the binary ends within a number");
}
