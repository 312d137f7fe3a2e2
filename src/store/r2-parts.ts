/** Writes bytes of unknown length to R2, which takes a stream only where its length is known: in parts of a multipart upload. */

import type {
  R2Bucket,
  R2MultipartOptions,
  R2MultipartUpload,
  R2UploadedPart,
} from "@cloudflare/workers-types";
import { freeMemory } from "../bytes.ts";
import { PIECES_BUFFER_BYTES, type StoredPieces } from "./store.ts";

/** All parts but the last have to have one size, and 5 MiB at least: https://developers.cloudflare.com/r2/objects/upload-objects/ */
const PART_BYTES = PIECES_BUFFER_BYTES;
const FIRST_BUFFER_BYTES = 256 * 1024;

/**
 * Writes an object as its bytes come; one that fits into a part is put as a whole.
 * @throws what `pieces` and the bucket throw; the upload is given up then
 */
export async function putInParts(
  bucket: Pick<R2Bucket, "put" | "createMultipartUpload">,
  key: string,
  pieces: StoredPieces,
  options?: R2MultipartOptions,
): Promise<void> {
  const buffer = partBuffer();
  const parts: R2UploadedPart[] = [];
  let upload: R2MultipartUpload | null = null;
  try {
    for await (const piece of pieces) {
      for (let rest = piece; rest.length > 0; ) {
        // Only where more follows: the last part may have any size, but the object has to have one.
        if (buffer.isFull()) {
          upload ??= await bucket.createMultipartUpload(key, options);
          parts.push(await upload.uploadPart(parts.length + 1, buffer.take()));
        }
        rest = buffer.fill(rest);
      }
    }
    if (upload === null) await bucket.put(key, buffer.take(), options);
    else {
      parts.push(await upload.uploadPart(parts.length + 1, buffer.take()));
      await upload.complete(parts);
    }
    buffer.free();
  } catch (error) {
    await upload?.abort().catch(() => {});
    throw error;
  }
}

/** Gathers the bytes of a part; grows with what comes, so that short clips hold little. */
function partBuffer() {
  let bytes = new Uint8Array(FIRST_BUFFER_BYTES);
  let filled = 0;
  return {
    isFull: () => filled === PART_BYTES,
    /** Takes what fits; gives what is left. */
    fill(piece: Uint8Array): Uint8Array {
      const taken = Math.min(piece.length, PART_BYTES - filled);
      if (filled + taken > bytes.length) {
        const length = Math.min(PART_BYTES, Math.max(2 * bytes.length, filled + taken));
        const larger = new Uint8Array(length);
        larger.set(bytes.subarray(0, filled));
        freeMemory(bytes);
        bytes = larger;
      }
      bytes.set(piece.subarray(0, taken), filled);
      filled += taken;
      return piece.subarray(taken);
    },
    /** What was gathered, until the next piece overwrites it. */
    take(): Uint8Array {
      const part = bytes.subarray(0, filled);
      filled = 0;
      return part;
    },
    free: () => freeMemory(bytes),
  };
}
