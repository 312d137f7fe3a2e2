/** The end of a batch. */

import { sql } from "../../database/database.ts";
import { deliveryId, deliveryStatement } from "../../webhooks/deliveries.ts";
import type { JobContext } from "../context.ts";
import { batchWebhookData } from "../webhook-data.ts";
import { type Batch, manifestKey } from "./batch.ts";
import type { LineCounts } from "./counts.ts";
import { writeManifest } from "./manifest.ts";
import { forJobsOf } from "./parts.ts";

/** Ends a batch whose lines have all come to an end: its list of results, its row and its webhook. */
export async function finishBatch(
  context: JobContext,
  batch: Batch,
  counts: LineCounts,
): Promise<void> {
  const { database, files, queue, settings, now } = context;
  const finishedAt = now();
  const expiresAt = finishedAt + settings.resultTtlMs;
  const status = batch.isCancelled ? "cancelled" : "done";
  await files.put(manifestKey(batch.id), await writeManifest(context, batch));
  // Before the batch ends: what dies in between is done again.
  await forJobsOf(batch, (ids) =>
    database.run(sql`UPDATE jobs SET expires_at = ${expiresAt}
      WHERE id IN (SELECT value FROM json_each(${ids}))
        AND EXISTS (SELECT 1 FROM batches WHERE id = ${batch.id} AND status = 'running')`),
  );
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
  ]);
  await keepResults(context, finished);
  if (ended === 1 && batch.callbackUrl !== null) {
    await queue.send([{ kind: "delivery", id: deliveryId(batch.id) }]);
  }
}

/** Results live as long as the batch that they belong to, however early in it they were made. */
export async function keepResults(
  { database, settings, now }: JobContext,
  batch: Batch,
): Promise<void> {
  const expiresAt = now() + settings.resultTtlMs;
  await forJobsOf(batch, (ids) =>
    database.run(sql`UPDATE results SET expires_at = max(expires_at, ${expiresAt})
      WHERE key IN (SELECT result_key FROM jobs
        WHERE id IN (SELECT value FROM json_each(${ids})) AND result_key IS NOT NULL)`),
  );
}
