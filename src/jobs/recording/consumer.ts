/** One message about a recording: one of its windows is computed, or all are joined. */
import { totalBytes } from "../../bytes.ts";
import { DONE, MESSAGE_TRIES, type Outcome } from "../../queue/messages.ts";
import { unlessStopped } from "../../queue/stopping.ts";
import { windowPart } from "../../results/spread.ts";
import { deleteAll } from "../../store/delete-all.ts";
import type { JobContext } from "../context.ts";
import { failureKind, logUnexpected, postpone, retryDelaySeconds } from "../failures.ts";
import { afterJob } from "../finish.ts";
import { type Job, type JobProblem, problemOf } from "../job.ts";
import { renewalMs } from "../leases.ts";
import { renewalsOf, renewedWhile } from "../renewals.ts";
import { readJob } from "../table.ts";
import type { JobWork } from "../work/work.ts";
import { beginAnew, recordedBy } from "./anew.ts";
import { claimWindow } from "./claim.ts";
import { failRecording, joinRecording } from "./join.ts";
import { samplesOf, secondsOfWindow, windowAt } from "./plan.ts";
import { readSamples } from "./samples.ts";
import {
  finishWindow,
  type HeldWindow,
  type Recording,
  readRecording,
  releaseWindow,
  remainingWindows,
  renewWindow,
} from "./table.ts";
import { requireTimeLeft, requireWindowTriesLeft } from "./tries.ts";
import type { RecordedWork } from "./work.ts";

/** A window is free that is not to be begun beside the one that another computes. */
const OTHER_COMPUTES_SECONDS = 5;

/**
 * Does what a message about a recording asks: computes the next window that nobody computes, joins all of them if none is left, or
 * waits for others. However often it comes, each window's numbers are stored once and the job ends once.
 */
export async function processWindow(
  context: JobContext,
  work: JobWork,
  id: string,
  stopping?: AbortSignal,
): Promise<Outcome> {
  const held = await claimWindow(context, id);
  if (held === null) return await withoutWindow(context, work, id);
  const [job, recording] = await Promise.all([readJob(context, id), readRecording(context, id)]);
  if (job === null || recording === null) return DONE;
  const memory = context.ledger.open("clips");
  try {
    requireTimeLeft(job, context.now());
    requireWindowTriesLeft(held);
    const preparing = renewedWhile(
      context,
      () => renewWindow(context, id, held),
      () => work.prepare(job.options),
    );
    const prepared = await unlessStopped(preparing, stopping);
    const recorded = recordedBy(prepared, recording);
    if (recorded === null) return await beginAnew(context, job, recording);
    const place = samplesOf(windowAt(recording.plan, held.number));
    const samples = (place.end - place.start) * recorded.sampleCopies;
    memory.hold(samples * Float32Array.BYTES_PER_ELEMENT);
    await computeWindow(context, recorded, recording, held, { place, stopping, memory });
  } catch (error) {
    return await settleFailure(context, { job, recording, held }, error, stopping);
  } finally {
    memory.release();
  }
  const { undone } = await remainingWindows(context, id);
  if (undone === 0) return await joinRecording(context, work, id);
  return await postpone(context, { kind: "window", id }, 0);
}

interface WindowRun {
  readonly place: { readonly start: number; readonly end: number };
  readonly stopping: AbortSignal | undefined;
  readonly memory: { set(bytes: number): void };
}

/** Computes a window and stores its numbers before it is marked as done. */
async function computeWindow(
  context: JobContext,
  recorded: RecordedWork,
  { jobId, resultKey, folder, plan }: Recording,
  held: HeldWindow,
  { place, stopping, memory }: WindowRun,
): Promise<void> {
  const samples = await readSamples(context.files, { jobId, folder }, place);
  const renew = () => renewWindow(context, jobId, held);
  const lease = renewalsOf(context, renew, renewalMs(context));
  const signal = AbortSignal.any([lease.lost, ...(stopping ? [stopping] : [])]);
  try {
    const computing = recorded.computeWindow(plan, held.number, samples, {
      report: lease.report,
      signal,
    });
    const { parts, backend } = await unlessStopped(computing, stopping);
    memory.set(totalBytes(parts));
    const keys = parts.map((_, tensor) =>
      windowPart(resultKey, folder, { window: held.number, made: held.tries, tensor }),
    );
    for (const [tensor, part] of parts.entries()) {
      await context.files.put(keys[tensor] as string, part);
    }
    if (await finishWindow(context, jobId, held, backend)) return;
    // The recording may have been removed before these were written, which nobody else would find.
    if ((await readRecording(context, jobId))?.folder === folder) return;
    await deleteAll(context.files, keys);
  } finally {
    await lease.settled();
  }
}

/** Nobody has a window left to begin: all are joined, or those that others compute are waited for. */
async function withoutWindow(context: JobContext, work: JobWork, id: string): Promise<Outcome> {
  const job = await readJob(context, id);
  if (job === null) return DONE;
  if (job.status !== "running") {
    // Whoever ended it may have died right after that.
    if (job.status !== "queued") await afterJob(context, job);
    return DONE;
  }
  const { undone, nextAt } = await remainingWindows(context, id);
  if (undone === 0) return await joinRecording(context, work, id);
  const isOneFree = (nextAt ?? 0) <= context.now();
  const delaySeconds = isOneFree
    ? OTHER_COMPUTES_SECONDS
    : Math.max(1, ((nextAt ?? 0) - context.now()) / 1000);
  return await postpone(context, { kind: "window", id }, delaySeconds);
}

interface FailedWindow {
  readonly job: Job;
  readonly recording: Recording;
  readonly held: HeldWindow;
}

/** Decides what becomes of a window whose try threw `error`: it is begun again after a while, or the job fails. */
async function settleFailure(
  context: JobContext,
  { job, recording, held }: FailedWindow,
  error: unknown,
  stopping: AbortSignal | undefined,
): Promise<Outcome> {
  const message = { kind: "window", id: job.id } as const;
  const giveBack = async (delaySeconds: number, isFailure: boolean) => {
    await releaseWindow(context, job.id, held, { delaySeconds, isFailure });
    return await postpone(context, message, isFailure ? 0 : delaySeconds);
  };
  if (stopping?.aborted) return await giveBack(0, false);
  const problem = problemOf(error);
  const tries = held.failures + 1;
  const delaySeconds = retryDelaySeconds(context, tries);
  const kind = failureKind(error);
  logUnexpected(context, job, error);
  if (kind === "busy") return await giveBack(Number(problem.extensions.retryAfterSeconds), false);
  if (kind === "gone") return await postpone(context, message, 0);
  if (kind === "outage") return await giveBack(delaySeconds, false);
  if (kind === "transient" && tries < MESSAGE_TRIES) return await giveBack(delaySeconds, true);
  return await failWith(context, { job, recording, held }, problem);
}

/** Fails the job, saying of which seconds; what other windows have given stays readable. */
async function failWith(
  context: JobContext,
  { job, recording, held }: FailedWindow,
  { slug, detail, extensions }: JobProblem,
): Promise<Outcome> {
  const span = secondsOfWindow(recording.plan, windowAt(recording.plan, held.number));
  await failRecording(context, job, {
    slug,
    detail: `Between ${span.start} s and ${span.end} s: ${detail}`,
    extensions: { ...extensions, ...span },
  });
  return DONE;
}
