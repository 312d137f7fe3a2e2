/** The memory of segments' weights: used again for the next read, or freed at once, since garbage of this size is collected late. */
import { freeMemory } from "../../../bytes.ts";
import type { ReusedMemory } from "../../../reused-memory.ts";

/** Memory that one pack's segments are read into. */
export interface SegmentMemory {
  /**
   * For a segment that is read again and again, in a piece that holds the largest of them. A spare one is no longer counted as
   * such from now on, not only once the read takes it.
   */
  reserve(): ReusedMemory;
  /** For segments that stay, each in memory of its size. */
  readonly own: ReusedMemory;
  /** Keeps at most so many pieces for the next reads. */
  keep(count: number): void;
  /** Bytes of the pieces that wait for the next reads. */
  spareBytes(): number;
  /** Takes back what was read into its memory and is used no more; what others may share is left to them. */
  giveBack(bytes: Uint8Array<ArrayBuffer>): void;
}

/** Begins without any, for segments of at most `largestBytes`. */
export function segmentMemory(largestBytes: number): SegmentMemory {
  /** A reader asks for one byte more than it expects. */
  const spareLength = largestBytes + 1;
  const owned = new WeakSet<Uint8Array>();
  const spares: ArrayBuffer[] = [];
  let most = 0;
  const own = (bytes: Uint8Array<ArrayBuffer>): void => void owned.add(bytes);
  return {
    reserve() {
      let reserved = spares.pop();
      return {
        take(byteLength) {
          const place = reserved ?? new ArrayBuffer(Math.max(byteLength, spareLength));
          // Who reads a second time, since the first copy was damaged, has detached it.
          reserved = undefined;
          return place;
        },
        own,
      };
    },
    own: { take: (byteLength) => new ArrayBuffer(byteLength), own },
    keep(count) {
      most = count;
      for (const spare of spares.splice(count)) freeMemory(new Uint8Array(spare));
    },
    spareBytes: () => spares.length * largestBytes,
    giveBack(bytes) {
      if (!owned.delete(bytes)) return;
      const isSpare = bytes.buffer.byteLength === spareLength && spares.length < most;
      if (isSpare) spares.push(bytes.buffer);
      else freeMemory(bytes);
    },
  };
}
