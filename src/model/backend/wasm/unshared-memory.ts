/** WASM that asks for a shared memory → the same WASM on an unshared one, which V8 reads and writes faster. */

const HEADER_BYTES = 8;
const IMPORT_SECTION = 2;
const FUNCTION = 0;
const TABLE = 1;
const MEMORY = 2;
const GLOBAL = 3;
/** Flags of a memory's limits (WebAssembly core specification, binary format; threads proposal). */
const WITH_MAXIMUM = 1;
const SHARED_WITH_MAXIMUM = 3;

/**
 * The same binary with its memory import unshared. Its atomic instructions stay: they are valid on an unshared memory, as
 * long as none waits, and on one thread none does.
 * @throws Error if the binary imports no shared memory.
 */
export function withUnsharedMemory(wasm: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const flags = memoryFlags(wasm);
  if (flags === null) throw new Error("the binary imports no memory");
  if (wasm[flags] !== SHARED_WITH_MAXIMUM) {
    throw new Error(`the memory that the binary imports has limits of kind ${wasm[flags]}, not 3`);
  }
  const changed = wasm.slice();
  changed[flags] = WITH_MAXIMUM;
  return changed;
}

/** Offset of the flags of the first imported memory's limits. */
function memoryFlags(wasm: Uint8Array): number | null {
  let at = HEADER_BYTES;
  while (at < wasm.length) {
    const [sectionBytes, body] = readUnsigned(wasm, at + 1);
    if (wasm[at] === IMPORT_SECTION) return memoryFlagsOfImports(wasm, body);
    at = body + sectionBytes;
  }
  return null;
}

function memoryFlagsOfImports(wasm: Uint8Array, section: number): number | null {
  const [count, first] = readUnsigned(wasm, section);
  let at = first;
  for (let index = 0; index < count; index++) {
    const kind = behindName(wasm, behindName(wasm, at));
    if (wasm[kind] === MEMORY) return kind + 1;
    at = behindDescription(wasm, kind);
  }
  return null;
}

/** The offset behind a name: its length in bytes, then its bytes. */
function behindName(wasm: Uint8Array, at: number): number {
  const [length, bytes] = readUnsigned(wasm, at);
  return bytes + length;
}

/** The offset behind what is imported, from its kind on. */
function behindDescription(wasm: Uint8Array, kind: number): number {
  switch (wasm[kind]) {
    case FUNCTION:
      return readUnsigned(wasm, kind + 1)[1];
    case TABLE: {
      const limits = kind + 2;
      const [, behindMinimum] = readUnsigned(wasm, limits + 1);
      return wasm[limits] === WITH_MAXIMUM ? readUnsigned(wasm, behindMinimum)[1] : behindMinimum;
    }
    case GLOBAL:
      return kind + 3;
    default:
      throw new Error(`the binary has an import of the unknown kind ${wasm[kind]}`);
  }
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
