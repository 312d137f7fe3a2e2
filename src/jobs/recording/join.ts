/** The end of a recording: its windows become one result. */
import { UndertoneError } from "../../errors.ts";
import { DONE, type Outcome } from "../../queue/messages.ts";
import { openResult, saveResult } from "../../results/results.ts";
import { windowPart } from "../../results/spread.ts";
import { bucketObjectOf, writeToBucket } from "../bucket/results.ts";
import type { JobContext } from "../context.ts";
import { failureKind, logUnexpected, postpone, retryDelaySeconds } from "../failures.ts";
import { finishJob } from "../finish.ts";
import { clipNameOf, type Job, type JobProblem, problemOf } from "../job.ts";
import { logEnd } from "../log.ts";
import { readJob } from "../table.ts";
import type { JobWork } from "../work/work.ts";
import { beginAnew, recordedBy } from "./anew.ts";
import { claimJoin } from "./join-lease.ts";
import { type DoneWindow, doneWindows, heldJob, type Recording, readRecording } from "./table.ts";
import { requireJoinTriesLeft, requireTimeLeft } from "./tries.ts";

/** Another joins the recording, and may die of it. */
const OTHER_JOINS_SECONDS = 5;

/**
 * Joins the windows of a recording, of which all are done, and ends its job. One joins at a time; who comes meanwhile looks again
 * later.
 */
export async function joinRecording(
  context: JobContext,
  work: JobWork,
  id: string,
): Promise<Outcome> {
  const lease = await claimJoin(context, id);
  try {
    const [job, recording] = await Promise.all([readJob(context, id), readRecording(context, id)]);
    if (job === null || recording === null || job.status !== "running") return DONE;
    if (lease === null) return await postpone(context, { kind: "window", id }, OTHER_JOINS_SECONDS);
    return await joinClaimed(context, work, job, recording).catch((error) =>
      settleJoin(context, job, error),
    );
  } finally {
    await lease?.release();
  }
}

async function joinClaimed(
  context: JobContext,
  work: JobWork,
  job: Job,
  recording: Recording,
): Promise<Outcome> {
  requireTimeLeft(job, context.now());
  requireJoinTriesLeft(job);
  const { resultKey, folder, plan } = recording;
  const recorded = recordedBy(await work.prepare(job.options), recording);
  if (recorded === null) return await beginAnew(context, job, recording);
  const memory = context.ledger.open("results");
  try {
    memory.hold(recorded.joinBytes(plan));
    const windows = await doneWindows(context, job.id);
    const result = await recorded.join(plan, windows, windowReader(context, recording));
    memory.release();
    const isSaved = await saveResult(context, resultKey, folder, result);
    // It may have been saved by one who died before the job was ended.
    const kept = await openResult(context, resultKey, memory);
    if (!isSaved && kept === null) return await beginAnew(context, job, recording);
    if (bucketObjectOf(job) !== null && kept !== null) {
      await writeToBucket(context, job, work.write(kept, job.options, clipNameOf(job)));
    }
  } finally {
    memory.release();
  }
  const held = await heldJob(context, job);
  if (held === null) return DONE;
  const isEnded = await finishJob(context, held, {
    status: "done",
    resultKey,
    computedAt: context.now(),
    layersTotal: null,
  });
  if (isEnded) logEnd(context, held, { status: "done", result: "computed" });
  return DONE;
}

/** Reads what is stored of a window, where that is one part. */
export function windowReader({ files }: JobContext, { resultKey, folder }: Recording) {
  return async ({ number, made }: DoneWindow): Promise<Uint8Array> => {
    const key = windowPart(resultKey, folder, { window: number, made, tensor: 0 });
    const bytes = await files.get(key);
    if (bytes !== null) return bytes;
    throw new UndertoneError("internal", `What was computed of window ${number} is gone.`);
  };
}

/** A join that another try may do better is tried again; any other failure is the job's. */
async function settleJoin(context: JobContext, job: Job, error: unknown): Promise<Outcome> {
  const problem = problemOf(error);
  const kind = failureKind(error);
  logUnexpected(context, job, error);
  if (kind === "busy" || kind === "outage") {
    const delaySeconds = Number(problem.extensions.retryAfterSeconds ?? OTHER_JOINS_SECONDS);
    return await postpone(context, { kind: "window", id: job.id }, delaySeconds);
  }
  if (kind === "transient") {
    return { kind: "retry", delaySeconds: retryDelaySeconds(context, 1) };
  }
  await failRecording(context, job, problem);
  return DONE;
}

/** Ends the job of a recording as failed. */
export async function failRecording(
  context: JobContext,
  job: Job,
  problem: JobProblem,
): Promise<void> {
  const held = await heldJob(context, job);
  if (held === null) return;
  if (await finishJob(context, held, { status: "failed", problem })) {
    logEnd(context, held, { status: "failed", problem: problem.slug });
  }
}
