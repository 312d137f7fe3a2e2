/** The one small interface behind which bytes live; one driver per file beside this one. */

/** Keeps byte strings under keys such as `blobs/<sha256>.onnx`; reads of a missing key give `null`. */
export interface Store {
  /** Names the driver in logs, such as `r2` or `filesystem`. */
  readonly name: string;
  get(key: string): Promise<Uint8Array<ArrayBuffer> | null>;
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Forgets `key`; a key that is not there is no error. */
  delete(key: string): Promise<void>;
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

/** A store that can be gone through bit by bit, by whoever looks for what nobody needs any more. */
export interface WalkableStore extends Store {
  /** The first `limit` entries after the key `after` (`""`: from the beginning), in ascending order of their keys. */
  page(after: string, limit: number): Promise<StoredEntry[]>;
  /** Removes what writers that died before `writtenBefore` have left; stores where they leave nothing leave it out. */
  removeUnfinished?(writtenBefore: number): Promise<void>;
}
