/** Tries of a job that failed: given back for another, put off, or the end of the job. */
import { type ErrorSlug, UndertoneError } from "../errors.ts";
import { DONE, type Message, type Outcome } from "../queue/messages.ts";
import type { JobContext } from "./context.ts";
import { finishJob } from "./finish.ts";
import { type Job, problemOf } from "./job.ts";
import { type HeldJob, releaseJob } from "./leases.ts";
import { logEnd } from "./log.ts";

/** Errors that another try may not meet again; every other UndertoneError is the clip's or the request's fault. */
const TRANSIENT: readonly ErrorSlug[] = [
  "internal",
  "no-pack-installed",
  "pack-damaged",
  "model-memory-exhausted",
  "engine-crashed",
  "stage-unreachable",
  "stage-mismatch",
  "url-unreachable",
];

const MAX_TRIES = 20;
/** One may be chance, such as a machine that was switched off. */
const MAX_UNENDED_COMPUTATIONS = 2;
const MAX_RETRY_SECONDS = 3600;

/** What the error of a try says of other tries. */
export type FailureKind =
  /** Others have the engine or the memory; `retryAfterSeconds` is given. The try is not counted. */
  | "busy"
  /** The job was deleted, or is another's by now: nobody waits for this try. */
  | "gone"
  /** Files cannot be used, for hours perhaps. */
  | "outage"
  /** Another try may not meet it again. */
  | "transient"
  /** Every try would meet it. */
  | "final";

/** Tells what the error of a try says of other tries. */
export function failureKind(error: unknown): FailureKind {
  const { slug } = problemOf(error);
  if (slug === "queue-full" || slug === "overloaded") return "busy";
  if (slug === "request-aborted") return "gone";
  if (slug === "storage-unavailable") return "outage";
  return TRANSIENT.includes(slug) ? "transient" : "final";
}

/** Decides what becomes of a held job whose try threw `error`. */
export async function settleFailure(
  context: JobContext,
  held: HeldJob,
  error: unknown,
): Promise<Outcome> {
  const { job } = held;
  const message = { kind: "job", id: job.id } as const;
  const problem = problemOf(error);
  const delaySeconds = retryDelaySeconds(context, job.tries);
  logUnexpected(context, job, error);
  switch (failureKind(error)) {
    case "busy":
      await releaseJob(context, held, null);
      return await postpone(context, message, Number(problem.extensions.retryAfterSeconds));
    case "gone":
      return DONE;
    case "outage":
      // A message of its own for each try, lest the queue gives up before.
      await releaseJob(context, held, problem);
      return await postpone(context, message, delaySeconds);
    case "transient":
      await releaseJob(context, held, problem);
      return { kind: "retry", delaySeconds };
    case "final":
      await finishJob(context, held, { status: "failed", problem });
      logEnd(context, held, { status: "failed", problem: problem.slug });
      return DONE;
  }
}

/** Seconds before the next try, after so many. */
export function retryDelaySeconds({ settings }: JobContext, tries: number): number {
  return Math.min(settings.jobRetrySeconds * 2 ** (tries - 1), MAX_RETRY_SECONDS);
}

/** Before a job goes on whose message the queue gave up, though it is not to blame. */
export const SPARED_SECONDS = 60;

/** Gives the message's place to a new one and is done with this one: waiting for others is no failed try. */
export async function postpone(
  { queue }: JobContext,
  message: Message,
  delaySeconds: number,
): Promise<Outcome> {
  await queue.send([message], { delaySeconds });
  return DONE;
}

/**
 * A job whose consumers die without a word would be begun for ever, and one that takes its isolate with it would do so
 * again at full price.
 * @throws UndertoneError `tries-exhausted`; `computation-lost` if it was lost twice.
 */
export function requireTriesLeft({ tries, problem, unendedComputations }: Job): void {
  if (unendedComputations >= MAX_UNENDED_COMPUTATIONS) {
    throw new UndertoneError(
      "computation-lost",
      `The computation of the job was begun ${unendedComputations} times, and each time its isolate or process ended ` +
        "before it did, most likely for want of memory or processor time. Hand in a shorter clip, or use a smaller model.",
    );
  }
  if (tries <= MAX_TRIES) return;
  const last = problem === null ? "" : ` The last try that said why it failed: ${problem.detail}`;
  throw new UndertoneError(
    "tries-exhausted",
    `The job was begun ${tries - 1} times and never came to an end.${last}`,
    { tries: tries - 1, ...(problem && { lastProblem: problem.slug }) },
  );
}

/** Logs the error of a try if nobody has foreseen it. */
export function logUnexpected({ log }: JobContext, { id, tries }: Job, error: unknown): void {
  if (error instanceof UndertoneError) return;
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const event = "job-try-failed";
  log({ level: "error", event, job_id: id, tries, error: name, message, stack });
}
