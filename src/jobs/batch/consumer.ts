/** One message about a batch: some more of its lines become jobs, or the batch ends. */
import { breathe } from "../../breathe.ts";
import { newId } from "../../crypto/ids.ts";
import { type Database, sql } from "../../database/database.ts";
import { DONE, type Outcome } from "../../queue/messages.ts";
import type { JobContext } from "../context.ts";
import { resendTime } from "../leases.ts";
import { insertJobs, type NewJob } from "../table.ts";
import { type Batch, type BatchLine, LINES_PER_STEP, lineJobId, linesKey } from "./batch.ts";
import { cancelQueuedJobs } from "./cancel.ts";
import { countLines } from "./counts.ts";
import { finishBatch, keepResults } from "./finish.ts";
import { readBatch } from "./table.ts";

/** Of the jobs that one statement inserts. */
const MAX_PART_CHARACTERS = 128 * 1024;
/** The approximate size of a row without its clip and options. */
const CHARACTERS_PER_JOB = 500;

/**
 * Takes a batch one step further: the next lines become jobs, or, once every line has come to an end, the batch does. Every
 * step may be done twice, at once even.
 */
export async function processBatch(context: JobContext, id: string): Promise<Outcome> {
  const batch = await readBatch(context, id);
  if (batch === null || batch.status !== "running") return DONE;
  await context.database.run(
    sql`UPDATE batches SET resend_at = ${resendTime(context)} WHERE id = ${id} AND status = 'running'`,
  );
  if (batch.isCancelled) await cancelQueuedJobs(context, id);
  if (batch.linesSubmitted < batch.lines) await submitNextLines(context, batch);
  const now = await readBatch(context, id);
  if (now === null || now.linesSubmitted < now.lines) return DONE;
  const counts = await countLines(context, now);
  if (counts.queued + counts.running === 0) await finishBatch(context, now, counts);
  else await keepResults(context, now);
  return DONE;
}

async function submitNextLines(context: JobContext, batch: Batch): Promise<void> {
  const { database, files, queue } = context;
  const step = Math.floor(batch.linesSubmitted / LINES_PER_STEP);
  const stored = await files.get(linesKey(batch.id, step));
  if (stored === null) return;
  const lines: BatchLine[] = JSON.parse(new TextDecoder().decode(stored));
  const first = step * LINES_PER_STEP;
  const jobs = lines.map((line, index) => jobOfLine(context, batch, line, first + index + 1));
  await insertInParts(database, jobs);
  const waiting = jobs.filter(({ status }) => status === "queued");
  await queue.send(waiting.map(({ id }) => ({ kind: "job", id })));
  const submitted = first + lines.length;
  await database.batch([
    sql`UPDATE batches SET lines_submitted = ${submitted} WHERE id = ${batch.id} AND lines_submitted < ${submitted}`,
    // Who cancelled the batch while these became jobs could not know of them.
    sql`UPDATE jobs SET status = 'cancelled', finished_at = ${context.now()}, resend_at = NULL
      WHERE batch_id = ${batch.id} AND status = 'queued'
        AND EXISTS (SELECT 1 FROM batches WHERE id = ${batch.id} AND cancelled = 1)`,
  ]);
  await files.delete(linesKey(batch.id, step));
  if (submitted < batch.lines) await queue.send([{ kind: "batch", id: batch.id }]);
}

/** One statement for all would hold up everything else where lines are long, and D1 takes 2 MB of text at most. */
async function insertInParts(database: Database, jobs: readonly NewJob[]): Promise<void> {
  for (let first = 0; first < jobs.length; ) {
    const part: NewJob[] = [];
    for (let characters = 0; first < jobs.length && characters < MAX_PART_CHARACTERS; first++) {
      const job = jobs[first] as NewJob;
      part.push(job);
      characters += CHARACTERS_PER_JOB + JSON.stringify([job.source, job.options]).length;
    }
    await database.run(insertJobs(part));
    await breathe();
  }
}

/** The first line is number 1. */
function jobOfLine(context: JobContext, batch: Batch, line: BatchLine, number: number): NewJob {
  const now = context.now();
  const isBroken = "problem" in line;
  const isQueued = !isBroken && !batch.isCancelled;
  return {
    id: lineJobId(batch.id, number),
    owner: batch.owner,
    status: isBroken ? "failed" : batch.isCancelled ? "cancelled" : "queued",
    createdAt: batch.createdAt,
    finishedAt: isQueued ? null : now,
    source: isBroken ? { kind: "upload" } : line.source,
    options: isBroken ? batch.options : line.options,
    metadata: null,
    callbackUrl: null,
    origin: null,
    urlSecret: newId("secret"),
    batchId: batch.id,
    batchLine: number,
    lineId: line.lineId,
    problem: isBroken ? line.problem : null,
    resendAt: isQueued ? resendTime(context) : null,
  };
}
