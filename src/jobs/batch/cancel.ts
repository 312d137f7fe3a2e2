/** Cancellation of a batch. */
import { breathe } from "../../breathe.ts";
import { sql } from "../../database/database.ts";
import type { JobContext } from "../context.ts";

const JOBS_PER_PART = 250;

/**
 * Stops a batch: lines that have not begun are cancelled; those that run come to their end. The message goes first, so that
 * its consumer goes on where this process dies.
 */
export async function cancelBatch(context: JobContext, id: string): Promise<void> {
  const { database, queue } = context;
  await database.run(sql`UPDATE batches SET cancelled = 1 WHERE id = ${id} AND status = 'running'`);
  await queue.send([{ kind: "batch", id }]);
  await cancelQueuedJobs(context, id);
  await queue.send([{ kind: "batch", id }]);
}

/** Cancels the jobs of a batch that have not begun. */
export async function cancelQueuedJobs(
  { database, now }: JobContext,
  batchId: string,
): Promise<void> {
  for (let changed = JOBS_PER_PART; changed === JOBS_PER_PART; ) {
    changed = await database.run(
      sql`UPDATE jobs SET status = 'cancelled', finished_at = ${now()}, resend_at = NULL
        WHERE status = 'queued' AND id IN (SELECT id FROM jobs
          WHERE batch_id = ${batchId} AND status = 'queued' LIMIT ${JOBS_PER_PART})`,
    );
    await breathe();
  }
}
