/** One message about a batch: some more of its lines become jobs, or the batch ends. */
import {
  type Batch,
  type BatchLine,
  LINES_PER_STEP,
  lineJobId,
  linesKey,
  manifestKey,
} from "./batch.ts";
import { countLines, type LineCounts } from "./batch-counts.ts";
import { readBatch } from "./batches-table.ts";
import type { JobContext } from "./context.ts";
import { sql } from "./database.ts";
import { deliveryId, deliveryStatement } from "./deliveries.ts";
import { newId } from "./ids.ts";
import { insertJobs, type NewJob } from "./jobs-table.ts";
import { resendTime } from "./leases.ts";
import { writeManifest } from "./manifest.ts";
import type { Outcome } from "./messages.ts";
import { batchWebhookData } from "./webhook-data.ts";

const DONE: Outcome = { kind: "done" };

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
  await database.run(insertJobs(jobs));
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

async function finishBatch(context: JobContext, batch: Batch, counts: LineCounts): Promise<void> {
  const { database, files, queue, settings, now } = context;
  const finishedAt = now();
  const expiresAt = finishedAt + settings.resultTtlMs;
  const status = batch.isCancelled ? "cancelled" : "done";
  await files.put(manifestKey(batch.id), await writeManifest(context, batch.id));
  const finished: Batch = { ...batch, status, finishedAt, expiresAt };
  const [ended] = await database.batch([
    sql`UPDATE batches SET status = ${status}, finished_at = ${finishedAt}, expires_at = ${expiresAt}, resend_at = NULL
      WHERE id = ${batch.id} AND status = 'running'`,
    ...(batch.callbackUrl === null
      ? []
      : [
          deliveryStatement(
            {
              type: `batch.${status}`,
              subjectId: batch.id,
              owner: batch.owner,
              url: batch.callbackUrl,
              occurredAt: finishedAt,
              data: await batchWebhookData(finished, counts),
            },
            { table: "batches", status },
          ),
        ]),
    sql`UPDATE jobs SET expires_at = ${expiresAt} WHERE batch_id = ${batch.id}
      AND (SELECT expires_at FROM batches WHERE id = ${batch.id}) = ${expiresAt}`,
  ]);
  await keepResults(context, finished);
  if (ended === 1 && batch.callbackUrl !== null) {
    await queue.send([{ kind: "delivery", id: deliveryId(batch.id) }]);
  }
}

/** Results live as long as the batch that they belong to, however early in it they were made. */
async function keepResults({ database, settings, now }: JobContext, { id }: Batch): Promise<void> {
  const expiresAt = now() + settings.resultTtlMs;
  await database.run(sql`UPDATE results SET expires_at = max(expires_at, ${expiresAt})
    WHERE key IN (SELECT result_key FROM jobs WHERE batch_id = ${id} AND result_key IS NOT NULL)`);
}
