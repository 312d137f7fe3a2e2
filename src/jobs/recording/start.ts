/** The beginning of a recording: its windows become messages. */

import { sql } from "../../database/database.ts";
import { UndertoneError } from "../../errors.ts";
import type { JobContext } from "../context.ts";
import { type HeldJob, resendTime } from "../leases.ts";
import type { RecordingPlan } from "./plan.ts";
import { countRecordings, insertRecording, remainingWindows } from "./table.ts";

/**
 * Messages about the windows of one recording that are under way at once. Each, when it is done, sends the next to the end of the
 * queue: whatever else was sent meanwhile comes before it, and a recording of hours delays others by a few windows.
 */
const LANES = 8;
/** Recordings of one owner that are computed at once; others wait. */
const MOST_RECORDINGS = 4;
const WAIT_SECONDS = 60;

/**
 * Checks that an owner's recordings are few enough for another one.
 * @throws UndertoneError `queue-full`, upon which the job waits and is tried again.
 */
export async function requireRecordingTurn(
  context: JobContext,
  { job }: Pick<HeldJob, "job">,
): Promise<void> {
  if ((await countRecordings(context, job)) < MOST_RECORDINGS) return;
  throw new UndertoneError(
    "queue-full",
    `${MOST_RECORDINGS} long recordings of this owner are computed already; the job waits for one of them.`,
    { retryAfterSeconds: WAIT_SECONDS },
  );
}

/**
 * Has the windows of a decoded recording computed; `false` if its job or its result is another's by now, or if recordings that were
 * decoded meanwhile have taken the owner's turns.
 */
export async function startRecording(
  context: JobContext,
  held: HeldJob,
  resultKey: string,
  plan: RecordingPlan,
): Promise<boolean> {
  if (!(await insertRecording(context, held, resultKey, { plan, most: MOST_RECORDINGS })))
    return false;
  await sendLanes(context, held.job.id);
  return true;
}

/** Takes up a recording of which nothing was heard for long: its messages are sent again. This is no try of its job. */
export async function resumeRecording(context: JobContext, { job, token }: HeldJob): Promise<void> {
  const { database, settings, now } = context;
  await database.run(sql`
    UPDATE jobs SET leased_until = ${now() + settings.jobLeaseMs}, resend_at = ${resendTime(context)}, tries = tries - 1
    WHERE id = ${job.id} AND lease_token = ${token} AND status = 'running'`);
  await sendLanes(context, job.id);
}

async function sendLanes(context: JobContext, id: string): Promise<void> {
  const { undone, held } = await remainingWindows(context, id);
  // Who computes a window sends the next message: those under way come on top of these.
  const lanes = Math.max(1, Math.min(LANES - held, undone));
  await context.queue.send(Array.from({ length: lanes }, () => ({ kind: "window", id }) as const));
}
