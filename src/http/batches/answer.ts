/** Batches as the API shows them. */
import type { z } from "@hono/zod-openapi";
import type { Batch } from "../../jobs/batch/batch.ts";
import { countLines, type LineCounts } from "../../jobs/batch/counts.ts";
import type { Platform } from "../../platform/platform.ts";
import { isoTime, isoTimeOrNull } from "../answer/times.ts";
import type { BatchSchema } from "./schema.ts";

/** A batch as the API shows it, with the number of its lines by status. */
export async function describeBatchNow(platform: Platform, batch: Batch) {
  return describeBatch(batch, await countLines(platform, batch), platform.now());
}

/** The members of a batch; one whose list of results is forgotten says so from that moment on. */
export function describeBatch(
  batch: Batch,
  counts: LineCounts,
  now: number,
): z.input<typeof BatchSchema> {
  const isExpired = batch.expiresAt !== null && batch.expiresAt <= now;
  const hasResults = batch.expiresAt !== null && !isExpired;
  return {
    id: batch.id,
    status: isExpired ? "expired" : batch.status,
    created_at: isoTime(batch.createdAt),
    finished_at: isoTimeOrNull(batch.finishedAt),
    expires_at: isoTimeOrNull(batch.expiresAt),
    lines: batch.lines,
    counts,
    options: { ...batch.options },
    metadata: batch.metadata,
    callback_url: batch.callbackUrl,
    results_url: hasResults ? `/v1/batches/${batch.id}/results` : null,
  };
}
