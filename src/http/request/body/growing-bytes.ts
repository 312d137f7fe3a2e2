/** Bytes that are kept as they arrive, in memory that grows with them. */

const FIRST_BLOCK_BYTES = 1024;
const MAX_BLOCK_BYTES = 65_536;

/** Bytes in order. What is held is at most 64 kB more than was appended, however small the pieces are. */
export interface GrowingBytes {
  /** Copies a piece: a small one may be a view of a large buffer, which would be held too. */
  append(piece: Uint8Array): void;
  /** All bytes so far, in blocks. */
  blocks(): Uint8Array<ArrayBuffer>[];
}

/** Begins with none. Each block is twice as long as the one before, up to 64 kB; none is ever copied to grow. */
export function growingBytes(): GrowingBytes {
  const full: Uint8Array<ArrayBuffer>[] = [];
  let block = new Uint8Array(0);
  let filled = 0;

  const nextBlock = (): void => {
    if (filled > 0) full.push(block);
    const bytes = Math.max(FIRST_BLOCK_BYTES, Math.min(2 * block.length, MAX_BLOCK_BYTES));
    block = new Uint8Array(bytes);
    filled = 0;
  };

  return {
    append(piece) {
      for (let at = 0; at < piece.length; ) {
        if (filled === block.length) nextBlock();
        const part = piece.subarray(at, at + block.length - filled);
        block.set(part, filled);
        filled += part.length;
        at += part.length;
      }
    },
    blocks: () => (filled === 0 ? [...full] : [...full, block.subarray(0, filled)]),
  };
}
