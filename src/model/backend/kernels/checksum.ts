/** XXH64 by the kernels, on a memory that has nothing else: no computation waits for it, and it waits for none. */
import type { Checksum } from "../../pack/blobs.ts";
import type { KernelExports } from "./instantiate.ts";

const PAGE_BYTES = 65_536;
/** The four lanes have a page, and so has the piece that they take. */
const PAGES = 2;
const LANES_AT = 1024;
const PIECE_AT = PAGE_BYTES;
const STRIPE_BYTES = 32;

/** Makes the checksum of a build of the kernels for one thread: XXH64, seed 0. */
export function openChecksum(wasm: WebAssembly.Module): Checksum {
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES });
  const { exports } = new WebAssembly.Instance(wasm, { env: { memory } });
  const { beginChecksum, addStripes, endChecksum } = exports as unknown as KernelExports;
  const heap = new Uint8Array(memory.buffer);
  const lanes = new DataView(memory.buffer, LANES_AT);
  return (bytes) => {
    beginChecksum(LANES_AT);
    for (let at = 0; at < bytes.length; at += PAGE_BYTES) {
      const piece = bytes.subarray(at, at + PAGE_BYTES);
      heap.set(piece, PIECE_AT);
      addStripes(LANES_AT, PIECE_AT, piece.length);
    }
    const restBytes = bytes.length % STRIPE_BYTES;
    endChecksum(LANES_AT, PIECE_AT + ((bytes.length - restBytes) % PAGE_BYTES), bytes.length);
    return lanes.getBigUint64(0, true);
  };
}
