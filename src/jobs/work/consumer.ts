/** One message about a job: the job is done, put off, or given back for another try. */
import { totalBytes } from "../../bytes.ts";
import type { LedgerEntry } from "../../ledger.ts";
import { DONE, type Outcome } from "../../queue/messages.ts";
import { unlessStopped } from "../../queue/stopping.ts";
import {
  claimResult,
  findResult,
  isHeldForLong,
  releaseClaim,
  type StoredResult,
  saveResult,
} from "../../results/results.ts";
import { bucketObjectOf, writeToBucket } from "../bucket/results.ts";
import type { JobContext } from "../context.ts";
import { postpone, requireTriesLeft, settleFailure } from "../failures.ts";
import { afterJob, finishJob } from "../finish.ts";
import { clipNameOf } from "../job.ts";
import {
  claimJob,
  type HeldJob,
  leaseLost,
  noteComputation,
  noteProgress,
  releaseJob,
} from "../leases.ts";
import { logEnd } from "../log.ts";
import { deleteSamples, storedSamples } from "../recording/samples.ts";
import { requireRecordingTurn, resumeRecording, startRecording } from "../recording/start.ts";
import { readRecording } from "../recording/table.ts";
import { forgetUnshared } from "../remove.ts";
import { renewedWhile } from "../renewals.ts";
import { readJob } from "../table.ts";
import { readClips, type StoredClip } from "./clip.ts";
import { watchProgress } from "./progress.ts";
import type { JobWork, PreparedWork } from "./work.ts";

/** Another is about to give what is waited for. */
const POSTPONE_SECONDS = 2;
const POSTPONE_RECORDING_SECONDS = 30;

/**
 * Does what a message asks: computes the job's result, or takes the one that is there. However often and by however many
 * at once it is called for one job, the job ends once, with one result. Once `stopping` is aborted the job is given back, and
 * another process may begin it at once.
 */
export async function processJob(
  context: JobContext,
  work: JobWork,
  id: string,
  stopping?: AbortSignal,
): Promise<Outcome> {
  const held = await claimJob(context, id);
  if (held === null) return await putOffIfHeld(context, id);
  const memory = context.ledger.open("results");
  try {
    if (held.job.windowsTotal > 0 && (await readRecording(context, id)) !== null) {
      await resumeRecording(context, held);
      return DONE;
    }
    requireTriesLeft(held.job);
    return await tryJob(context, work, held, { memory, stopping });
  } catch (error) {
    if (stopping?.aborted) {
      await releaseJob(context, held, null);
      return await postpone(context, { kind: "job", id }, 0);
    }
    return await settleFailure(context, held, error);
  } finally {
    memory.release();
  }
}

/** One try of a job. */
interface Try {
  /** Of its result. */
  readonly memory: LedgerEntry;
  readonly stopping: AbortSignal | undefined;
}

async function tryJob(
  context: JobContext,
  work: JobWork,
  held: HeldJob,
  { memory, stopping }: Try,
): Promise<Outcome> {
  const { job, token } = held;
  const preparing = renewedWhile(
    context,
    () => noteProgress(context, held, 0, 0),
    () => work.prepare(job.options),
  );
  const prepared = await unlessStopped(preparing, stopping);
  const clips = await unlessStopped(readClips(context, held), stopping);
  const key = await prepared.keyOf(clips.map(({ sha256 }) => sha256));
  const kept = await findResult(context, key, memory);
  if (kept !== null)
    return await endWith(context, work, held, key, { result: kept, computed: null });
  const isMine = await claimResult(context, key, token);
  const computation = { clips, key, memory, stopping };
  const ending = isMine && (await computeResult(context, prepared, held, computation));
  if (ending === "recording") return DONE;
  if (ending) return await endWith(context, work, held, key, ending);
  // Another computes the same clip just now.
  const isLong = !isMine && (await isHeldForLong(context, key));
  await releaseJob(context, held, null);
  const delaySeconds = isLong ? POSTPONE_RECORDING_SECONDS : POSTPONE_SECONDS;
  return await postpone(context, { kind: "job", id: job.id }, delaySeconds);
}

/** The end of a job. */
interface Ending {
  readonly result: StoredResult;
  /** `null` for a result that was there already. */
  readonly computed: { readonly at: number; readonly layersTotal: number | null } | null;
}

async function endWith(
  context: JobContext,
  work: JobWork,
  held: HeldJob,
  key: string,
  { result, computed }: Ending,
): Promise<Outcome> {
  const { job } = held;
  if (bucketObjectOf(job) !== null) {
    await writeToBucket(context, job, work.write(result, job.options, clipNameOf(job)));
  }
  const isEnded = await finishJob(context, held, {
    status: "done",
    resultKey: key,
    computedAt: computed?.at ?? null,
    layersTotal: computed?.layersTotal ?? null,
  });
  const origin = computed === null ? "kept" : "computed";
  if (isEnded) logEnd(context, held, { status: "done", result: origin });
  // It was deleted meanwhile, and its result with it.
  else if (computed !== null && (await readJob(context, job.id)) === null) {
    await forgetUnshared(context, key);
  }
  return DONE;
}

interface Computation extends Try {
  readonly clips: readonly StoredClip[];
  /** Of the result. */
  readonly key: string;
}

/** Computes and keeps a result, or begins a recording; `null` if another has taken it over meanwhile. */
async function computeResult(
  context: JobContext,
  prepared: PreparedWork,
  held: HeldJob,
  { clips, key, memory, stopping }: Computation,
): Promise<Ending | "recording" | null> {
  const progress = watchProgress(context, held, key);
  const signal = AbortSignal.any([progress.lost, ...(stopping ? [stopping] : [])]);
  const samples = { jobId: held.job.id, folder: held.token };
  let isLong = false;
  const longClips = {
    async computes() {
      if (!(await noteComputation(context, held))) throw leaseLost();
    },
    async begin() {
      await requireRecordingTurn(context, held);
      isLong = true;
      return storedSamples(context.files, samples);
    },
  };
  try {
    const computing = prepared.compute(clips, progress.report, signal, longClips);
    const result = await unlessStopped(computing, stopping);
    if ("plan" in result) {
      if (await startRecording(context, held, key, result.plan)) return "recording";
      await deleteSamples(context.files, samples);
      await releaseClaim(context, key, held.token);
      return null;
    }
    if (isLong) await deleteSamples(context.files, samples);
    memory.set(totalBytes(result.parts));
    const computed = { at: context.now(), layersTotal: progress.layersTotal() };
    return (await saveResult(context, key, held.token, result)) ? { result, computed } : null;
  } catch (error) {
    if (isLong) await deleteSamples(context.files, samples);
    await releaseClaim(context, key, held.token);
    throw error;
  } finally {
    await progress.settled();
  }
}

/**
 * A message that came twice, or whose first consumer died: before the end of the job, whose holder may need another once
 * its lease is over, or right after it.
 */
async function putOffIfHeld(context: JobContext, id: string): Promise<Outcome> {
  const job = await readJob(context, id);
  if (job === null) return DONE;
  if (job.status !== "queued" && job.status !== "running") {
    await afterJob(context, job);
    return DONE;
  }
  const leftMs = job.leasedUntil - context.now();
  return await postpone(context, { kind: "job", id }, Math.max(1, Math.ceil(leftMs / 1000)));
}
