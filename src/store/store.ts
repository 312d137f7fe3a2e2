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
