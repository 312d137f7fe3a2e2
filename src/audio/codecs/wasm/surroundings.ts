/** The imports of codecs compiled with emscripten: memory on demand, output that nobody reads, and what they never need. */

const PAGE_BYTES = 65_536;
const MAX_HEAP_BYTES = 32 * 2 ** 20;
/** Of WASI's `fd_*` functions: the operation is not supported. */
const NOT_SUPPORTED = 52;

/** The functions by what they do. */
export interface Surroundings {
  readonly abort: () => never;
  readonly nothing: () => number;
  readonly unsupported: () => number;
  readonly growHeap: (wantedBytes: number) => number;
  readonly discardOutput: (
    file: number,
    parts: number,
    partCount: number,
    writtenAddress: number,
  ) => number;
  readonly atan: (x: number) => number;
  readonly cos: (x: number) => number;
  readonly exp: (x: number) => number;
  readonly log: (x: number) => number;
  readonly pow: (x: number, y: number) => number;
  readonly sin: (x: number) => number;
}

/** The surroundings of one instance, whose memory is there once it runs. */
export function surroundings(memory: () => WebAssembly.Memory): Surroundings {
  const { atan, cos, exp, log, pow, sin } = Math;
  return {
    abort: () => {
      throw new Error("the codec aborted");
    },
    nothing: () => 0,
    unsupported: () => NOT_SUPPORTED,
    growHeap: (wantedBytes) => (grow(memory(), wantedBytes >>> 0) ? 1 : 0),
    discardOutput: (_file, parts, partCount, writtenAddress) => {
      const heap = new DataView(memory().buffer);
      let bytes = 0;
      for (let part = 0; part < partCount; part++)
        bytes += heap.getUint32(parts + part * 8 + 4, true);
      heap.setUint32(writtenAddress, bytes, true);
      return 0;
    },
    atan,
    cos,
    exp,
    log,
    pow,
    sin,
  };
}

function grow(memory: WebAssembly.Memory, wantedBytes: number): boolean {
  if (wantedBytes > MAX_HEAP_BYTES) return false;
  try {
    memory.grow(Math.ceil((wantedBytes - memory.buffer.byteLength) / PAGE_BYTES));
    return true;
  } catch {
    return false;
  }
}
