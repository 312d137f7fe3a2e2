/** The one small interface behind which bytes live; one driver per file beside this one. */

import type { Readable } from "../reused-memory.ts";

/** What a store holds of bytes that it writes as they come: R2 wants parts of at least 5 MiB. */
export const PIECES_BUFFER_BYTES = 5 * 1024 * 1024;

/** Keeps byte strings under keys such as `blobs/<sha256>.onnx`; reads of a missing key give `null`. */
export interface Store extends Readable {
  /** Names the driver in logs, such as `r2` or `filesystem`. */
  readonly name: string;
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Forgets `key`; a key that is not there is no error. */
  delete(key: string): Promise<void>;
  /** Forgets many keys at once, by fewer calls than one for each; stores without such a call leave it out. */
  deleteMany?(keys: readonly string[]): Promise<void>;
  /** All keys that start with `prefix`, in ascending order. */
  list(prefix: string): Promise<string[]>;
  /**
   * Drops what tiers in front of the store keep of `key`, so that the next `get` reads the store itself; stores
   * without such a tier leave it out.
   */
  evict?(key: string): Promise<void>;
}

/** A key and when its bytes were written, in milliseconds since 1970. */
export interface StoredEntry {
  readonly key: string;
  readonly writtenAt: number;
}

/** Bytes in order, in pieces of any size. What a store gives is the reader's own, who may free each piece. */
export type StoredPieces = AsyncIterable<Uint8Array>;

/** A store whose values may be larger than memory, and that can be gone through by whoever looks for what nobody needs any more. */
export interface WalkableStore extends Store {
  /**
   * The bytes of `key` as they are read, `null` for a missing key. Each piece is the caller's alone; whoever stops early ends the read.
   */
  getPieces(key: string): Promise<StoredPieces | null>;
  /**
   * Writes bytes as they come; nothing appears under `key` before all have come. At most `PIECES_BUFFER_BYTES` are held, and nothing of
   * a piece once the next one is asked for.
   * @throws what `pieces` throws; then nothing is written
   */
  putPieces(key: string, pieces: StoredPieces): Promise<void>;
  /** The first `limit` entries after the key `after` (`""`: from the beginning), in ascending order of their keys. */
  page(after: string, limit: number): Promise<StoredEntry[]>;
  /** Removes what writers that died before `writtenBefore` have left; stores where they leave nothing leave it out. */
  removeUnfinished?(writtenBefore: number): Promise<void>;
}
