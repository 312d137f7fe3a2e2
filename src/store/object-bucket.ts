/** A bucket that belongs to somebody else, whose keys may be anything. */
import type { R2Bucket } from "@cloudflare/workers-types";
import { UndertoneError } from "../errors.ts";
import { putInParts } from "./r2-parts.ts";
import { type ByteStream, readPieces } from "./read-stream.ts";
import type { StoredPieces } from "./store.ts";

/** Reads and writes objects piece by piece. */
export interface ObjectBucket {
  /**
   * The object under `key` as it is read, if it is still the version `etag`, or any version for `null`; else `null`. The pieces
   * are the reader's own, who may free them.
   */
  read(key: string, etag: string | null): Promise<StoredPieces | null>;
  /** Writes an object as its bytes come; nothing appears under `key` before all have come. */
  write(key: string, pieces: StoredPieces, mediaType: string): Promise<void>;
}

/** The part of the binding that the driver uses. */
export type ObjectBinding = Pick<R2Bucket, "get" | "put" | "createMultipartUpload">;

/**
 * Opens the R2 bucket behind a binding.
 * @throws UndertoneError `internal` if `candidate` is not an R2 binding.
 */
export function r2ObjectBucket(candidate: unknown): ObjectBucket {
  const binding = candidate as Partial<ObjectBinding> | null | undefined;
  if (typeof binding?.get !== "function" || typeof binding.put !== "function") {
    throw new UndertoneError(
      "internal",
      "Not an R2 bucket: name the binding in [[r2_buckets]] of wrangler.toml.",
    );
  }
  const bucket = binding as ObjectBinding;
  return {
    async read(key, etag) {
      const object = await bucket.get(
        key,
        etag === null ? undefined : { onlyIf: { etagMatches: etag } },
      );
      // Of another version R2 tells everything but the bytes.
      if (object === null || !("body" in object)) return null;
      return readPieces(object.body as unknown as ByteStream);
    },
    async write(key, pieces, contentType) {
      await putInParts(bucket, key, pieces, { httpMetadata: { contentType } });
    },
  };
}
