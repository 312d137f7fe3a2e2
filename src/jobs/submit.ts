/** Submission of a job: its clip is stored, its row written, its message sent. */

import { newId } from "../crypto/ids.ts";
import { UndertoneError } from "../errors.ts";
import type { WalkableStore } from "../store/store.ts";
import type { JobContext } from "./context.ts";
import {
  type ClipPlace,
  clipsOf,
  type Job,
  type JobClip,
  type JobOptions,
  type JobSource,
} from "./job.ts";
import { resendTime } from "./leases.ts";
import { originOfLinks } from "./origin.ts";
import { insertJobs, readJob } from "./table.ts";

/** An uploaded clip that is stored already. */
export interface StoredUpload {
  readonly key: string;
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly sha256: string;
  /** The number of its bytes. */
  readonly bytes: number;
  /** The first of them, in which its header is. */
  readonly start: Uint8Array;
}

/** A clip as it is handed in: bytes, or where they are. */
export type GivenClip =
  | { readonly kind: "upload"; readonly clip: Uint8Array | StoredUpload; readonly name?: string }
  | Exclude<ClipPlace, { readonly kind: "upload" }>;

/** The clip of a job, or the two that are compared. */
export type ClipSource =
  | GivenClip
  | { readonly kind: "pair"; readonly a: GivenClip; readonly b: GivenClip };

/** The clips of a source, in the order of the task. */
export function givenClips(source: ClipSource): readonly GivenClip[] {
  return source.kind === "pair" ? [source.a, source.b] : [source];
}

/** A request for a job or batch, its options checked. */
export interface JobRequest {
  /** Given where the same request may come twice; else a new one. */
  readonly id?: string;
  readonly owner: string | null;
  readonly source: ClipSource;
  readonly options: JobOptions;
  readonly metadata: unknown;
  /** Checked already. */
  readonly callbackUrl: string | null;
  /** The service's own address, for URLs in webhooks. */
  readonly origin: string | null;
}

/**
 * Submits a job, or gives the one that has its id already. Clips are stored before the row and the row before the
 * message: whatever is cut short is either not there at all, or found by the sweep.
 */
export async function submitJob(context: JobContext, request: JobRequest): Promise<Job> {
  const id = request.id ?? newId("job");
  const known = request.id === undefined ? null : await readJob(context, id);
  if (known !== null) {
    // Whoever made it may have died before its message was sent; another one does no harm.
    if (known.status === "queued") await context.queue.send([{ kind: "job", id }]);
    return known;
  }
  const source = sourceOf(request.source);
  await storeUploads(context, clipsOf({ id, source }), givenClips(request.source));
  await context.database.run(
    insertJobs([
      {
        id,
        owner: request.owner,
        status: "queued",
        createdAt: context.now(),
        finishedAt: null,
        source,
        options: request.options,
        metadata: request.metadata ?? null,
        callbackUrl: request.callbackUrl,
        origin: originOfLinks(context.settings, request.origin),
        urlSecret: newId("secret"),
        batchId: null,
        batchLine: null,
        lineId: null,
        problem: null,
        resendAt: resendTime(context),
      },
    ]),
  );
  await context.queue.send([{ kind: "job", id }]);
  const job = await readJob(context, id);
  if (job === null) throw new UndertoneError("internal", `Job ${id} was deleted while it began.`);
  return job;
}

function sourceOf(source: ClipSource): JobSource {
  if (source.kind !== "pair") return placeOf(source);
  return { kind: "pair", a: placeOf(source.a), b: placeOf(source.b) };
}

function placeOf(given: GivenClip): ClipPlace {
  if (given.kind !== "upload") return given;
  return { kind: "upload", ...(given.name !== undefined && { name: given.name }) };
}

async function storeUploads(
  { files }: JobContext,
  clips: readonly JobClip[],
  given: readonly GivenClip[],
): Promise<void> {
  for (const [index, { key }] of clips.entries()) {
    const clip = given[index];
    if (clip?.kind !== "upload") continue;
    if (clip.clip instanceof Uint8Array) await files.put(key, clip.clip);
    else if (clip.clip.key !== key) await copyUpload(files, clip.clip.key, key);
  }
}

/** A repeated request, whose first one died before its clip was stored: the job has the id that was given out then. */
async function copyUpload(files: WalkableStore, from: string, to: string): Promise<void> {
  const pieces = await files.getPieces(from);
  if (pieces === null) throw new UndertoneError("internal", `The upload ${from} is gone.`);
  await files.putPieces(to, pieces);
}
