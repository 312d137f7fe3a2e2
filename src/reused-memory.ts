/** Reading one thing after the other into the same memory, so that large reads leave no garbage. */

/** Memory of a reader, who drops what was read before something else is read into it. */
export interface ReusedMemory {
  /** Memory of at least so many bytes, which the read detaches. */
  take(byteLength: number): ArrayBuffer;
  /** Told that nobody but the reader has these bytes: their memory may be taken again once they are dropped. */
  own(bytes: Uint8Array<ArrayBuffer>): void;
}

/** What reads by key. */
export interface Readable {
  get(key: string): Promise<Uint8Array<ArrayBuffer> | null>;
  /** As `get`, in memory of the reader's where that spares a copy; left out where it never does. */
  getInto?(key: string, memory: ReusedMemory): Promise<Uint8Array<ArrayBuffer> | null>;
}

/** Reads by `getInto` where there is such and memory to use again, else by `get`. */
export function getInto(
  source: Readable,
  key: string,
  memory: ReusedMemory | undefined,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (memory === undefined || source.getInto === undefined) return source.get(key);
  return source.getInto(key, memory);
}

/** Memory for reads one after the other. */
export interface ReusedPiece extends ReusedMemory {
  /** Nobody needs what was read last: the next read takes its memory, unless others may share it. */
  done(): void;
}

/** Begins without memory. */
export function reusedPiece(): ReusedPiece {
  let spare: ArrayBuffer | undefined;
  let last: ArrayBuffer | undefined;
  return {
    take(byteLength) {
      const fitting = spare !== undefined && spare.byteLength >= byteLength ? spare : undefined;
      spare = undefined;
      return fitting ?? new ArrayBuffer(byteLength);
    },
    own({ buffer }) {
      last = buffer;
    },
    done() {
      spare = last;
      last = undefined;
    },
  };
}
