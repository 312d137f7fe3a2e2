/** Messages that were tried as often as a queue tries: they end as failed jobs, not in silence. */
import { UndertoneError } from "../../errors.ts";
import { DONE, MESSAGE_TRIES, type Message, type Outcome } from "../../queue/messages.ts";
import type { JobContext } from "../context.ts";
import { postpone, SPARED_SECONDS } from "../failures.ts";
import { finishJob } from "../finish.ts";
import { type Job, problemOf } from "../job.ts";
import { claimJob, releaseJob } from "../leases.ts";
import { buryWindow } from "../recording/bury.ts";
import { readJob } from "../table.ts";

/**
 * Ends the job of a dead message as failed, saying why its last try did; batches and webhooks go on by their sweeps. A job
 * that was begun less often than its message was tried is not to blame (the database was out), and is given back.
 */
export async function buryMessage(context: JobContext, message: Message): Promise<Outcome> {
  context.log({ level: "error", event: "message-dead", kind: message.kind, id: message.id });
  if (message.kind === "window") return await buryWindow(context, message.id);
  if (message.kind !== "job") return DONE;
  const held = await claimJob(context, message.id);
  if (held !== null && held.job.tries <= MESSAGE_TRIES) {
    await releaseJob(context, held, null);
    return await postpone(context, message, SPARED_SECONDS);
  }
  if (held !== null) {
    const problem = problemOf(exhausted(held.job));
    await finishJob(context, held, { status: "failed", problem });
    return DONE;
  }
  const job = await readJob(context, message.id);
  const isOver = job === null || (job.status !== "queued" && job.status !== "running");
  return isOver
    ? DONE
    : { kind: "retry", delaySeconds: Math.ceil(context.settings.jobLeaseMs / 1000) };
}

function exhausted({ tries, problem }: Job): UndertoneError {
  const count = tries - 1;
  const reason = problem?.detail ?? "Its consumer ended without saying why.";
  return new UndertoneError(
    "tries-exhausted",
    `The job was tried ${count} times; the last try failed: ${reason}`,
    { tries: count, ...(problem && { lastProblem: problem.slug }) },
  );
}
