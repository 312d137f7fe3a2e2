/** The clips of a request for a job: stored as they arrive, so that none is held whole. */

import { HEADER_BYTES } from "../../audio/budget/declared-seconds.ts";
import { UndertoneError } from "../../errors.ts";
import type { StoredUpload } from "../../jobs/submit.ts";
import { readJob } from "../../jobs/table.ts";
import type { Platform } from "../../platform/platform.ts";
import { PIECES_BUFFER_BYTES, type StoredPieces } from "../../store/store.ts";
import type { BodyTerms } from "../request/body/body.ts";
import { growingBytes } from "../request/body/growing-bytes.ts";
import { joinInSlices } from "../request/body/join.ts";

/** The start of a clip and what a store holds of it on the way. */
const MAX_HELD_BYTES = HEADER_BYTES + PIECES_BUFFER_BYTES;

/** The services that uploads use. */
export type UploadContext = Pick<Platform, "files" | "database" | "ledger" | "settings">;

/** Uploads of one request. */
export interface JobUploads {
  /**
   * Stores a clip under `key`.
   * @throws UndertoneError `empty-body`, and what `pieces` throws.
   */
  store(key: string, pieces: StoredPieces): Promise<StoredUpload>;
  /** Deletes all of them but those under `keys`. */
  discardAllBut(keys: readonly string[]): Promise<void>;
}

/** Begins with none. */
export function jobUploads({ files }: Pick<Platform, "files">, terms: BodyTerms): JobUploads {
  const stored = new Set<string>();
  return {
    async store(key, pieces) {
      const sha256 = terms.startSha256();
      const start = growingBytes();
      let bytes = 0;
      const watched = async function* () {
        for await (const piece of pieces) {
          terms.holding.hold(Math.max(0, Math.min(piece.length, MAX_HELD_BYTES - bytes)));
          sha256.update(piece);
          start.append(piece.subarray(0, Math.max(0, HEADER_BYTES - bytes)));
          bytes += piece.length;
          yield piece;
        }
        if (bytes === 0) throw emptyClip();
      };
      await files.putPieces(key, watched());
      stored.add(key);
      return { key, sha256: sha256.hex(), bytes, start: await joinInSlices(start.blocks()) };
    },
    async discardAllBut(keys) {
      for (const key of stored) if (!keys.includes(key)) await files.delete(key);
    },
  };
}

/**
 * Does the rest of a request whose clips are stored; if that fails they are deleted, unless its job has been made all the same.
 * @throws what `work` throws
 */
export async function discardingUploads<Result>(
  context: Parameters<typeof readJob>[0],
  uploads: JobUploads,
  id: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    // What cannot be deleted now is found by the sweep for clips without a job.
    await readJob(context, id)
      .then((job) => (job === null ? uploads.discardAllBut([]) : undefined))
      .catch(() => {});
    throw error;
  }
}

function emptyClip(): UndertoneError {
  return new UndertoneError(
    "empty-body",
    "The clip has no bytes. Send audio as the request body or as form field `file`.",
  );
}
