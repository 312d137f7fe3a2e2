/** Handing out a memory's bytes: the first gap that is large enough; neighbouring gaps become one. */

/** Vectors and cache lines begin at multiples of this. */
const ALIGNMENT = 64;

/** Addresses in a memory that may grow. */
export interface Allocator {
  /** The address of so many bytes, a multiple of 64 and never 0; 0 if there is no room for them. */
  allocate(bytes: number): number;
  /** Gives them back; the address has to be one that `allocate` gave, once. */
  free(address: number): void;
}

/**
 * Hands out the bytes from 64 up to `end()`.
 * @param grow tries to move the end to `bytes` or beyond; false if it cannot
 */
export function createAllocator(end: () => number, grow: (bytes: number) => boolean): Allocator {
  const sizes = new Map<number, number>();
  /** Gaps in order of address; behind the last one nothing was handed out yet. */
  const gaps: { address: number; bytes: number }[] = [];
  let used = ALIGNMENT;

  const takeGap = (bytes: number): number => {
    const index = gaps.findIndex((gap) => gap.bytes >= bytes);
    const gap = gaps[index];
    if (gap === undefined) return 0;
    const { address } = gap;
    if (gap.bytes === bytes) gaps.splice(index, 1);
    else gaps[index] = { address: address + bytes, bytes: gap.bytes - bytes };
    return address;
  };

  const extend = (bytes: number): number => {
    const address = used;
    if (address + bytes > end() && !grow(address + bytes)) return 0;
    used = address + bytes;
    return address;
  };

  return {
    allocate(bytes) {
      const rounded = Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
      const address = takeGap(rounded) || extend(rounded);
      if (address !== 0) sizes.set(address, rounded);
      return address;
    },
    free(address) {
      const bytes = sizes.get(address);
      if (bytes === undefined) throw new Error(`nothing was allocated at ${address}`);
      sizes.delete(address);
      const after = gaps.findIndex((gap) => gap.address > address);
      const index = after === -1 ? gaps.length : after;
      gaps.splice(index, 0, { address, bytes });
      join(gaps, index);
      join(gaps, index - 1);
      const last = gaps[gaps.length - 1];
      if (last !== undefined && last.address + last.bytes === used) {
        used = last.address;
        gaps.pop();
      }
    },
  };
}

/** Makes one gap of the one at `index` and its successor, if they touch. */
function join(gaps: { address: number; bytes: number }[], index: number): void {
  const [gap, next] = [gaps[index], gaps[index + 1]];
  if (gap === undefined || next === undefined || gap.address + gap.bytes !== next.address) return;
  gap.bytes += next.bytes;
  gaps.splice(index + 1, 1);
}
