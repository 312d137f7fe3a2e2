/** The cohort of a pack: embeddings of many speakers, against which scores are normalised, in a blob beside its weights. */
import { keepLast } from "../../once.ts";
import { headOf } from "../heads/head.ts";
import { type BlobReader, damagedPack } from "./blobs.ts";
import type { PackOfModel } from "./language-model.ts";
import { cohortBlob } from "./manifest.ts";

/** Gives the embeddings of a pack's cohort, each of length 1; null if it has none. */
export type ReadCohort = (pack: PackOfModel) => Promise<readonly Float32Array[] | null>;

/** A cohort has a MB or two: those that were read last are kept. */
const MOST_KEPT = 2;

/**
 * Makes a reader that keeps the cohorts that it read last.
 * @throws UndertoneError (the reader) `pack-damaged`.
 */
export function cohortReader(readBlob: BlobReader): ReadCohort {
  const keep = keepLast<readonly Float32Array[]>(MOST_KEPT);
  return async ({ manifest, packDigest }) => {
    const head = headOf(manifest, "xvector");
    const described = head?.cohort;
    if (head === undefined || described === undefined) return null;
    const { embeddings, bytes } = described;
    return await keep(packDigest, async () => {
      const blob = await readBlob(cohortBlob(described), "cohort");
      if (blob.length !== bytes || bytes !== 4 * embeddings * head.embeddingSize) {
        throw damagedPack("has a cohort of another size than its manifest says");
      }
      return decodeCohort(blob, head.embeddingSize);
    });
  };
}

/** Embeddings of one size → bytes, float32 in little-endian order. */
export function encodeCohort(embeddings: readonly Float32Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Float32Array.from(embeddings.flatMap((one) => [...one])).buffer);
}

function decodeCohort(bytes: Uint8Array<ArrayBuffer>, size: number): Float32Array[] {
  const values = new Float32Array(bytes.slice().buffer);
  return Array.from({ length: values.length / size }, (_, index) =>
    values.subarray(index * size, (index + 1) * size),
  );
}
