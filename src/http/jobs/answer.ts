/** Jobs and batches as the API shows them. */
import type { z } from "@hono/zod-openapi";
import type { Batch } from "../../jobs/batch/batch.ts";
import type { LineCounts } from "../../jobs/batch/counts.ts";
import type { Job } from "../../jobs/job.ts";
import { problemMembers } from "../answer/problem.ts";
import type { BatchSchema, JobSchema } from "./schemas.ts";

/** The members of a job. */
export function describeJob(job: Job): z.input<typeof JobSchema> {
  return {
    id: job.id,
    status: job.status,
    created_at: isoTime(job.createdAt),
    started_at: isoTimeOrNull(job.startedAt),
    finished_at: isoTimeOrNull(job.finishedAt),
    expires_at: isoTimeOrNull(job.expiresAt),
    tries: job.tries,
    progress: { layers_done: job.layersDone, layers_total: job.layersTotal },
    audio: { ...job.source },
    options: { ...job.options },
    metadata: job.metadata,
    callback_url: job.callbackUrl,
    batch: job.batchId === null ? null : batchPlace(job, job.batchId),
    result_url: job.status === "done" ? `/v1/jobs/${job.id}/result` : null,
    problem: job.problem && problemMembers(job.problem),
  };
}

function batchPlace({ batchLine, lineId }: Job, id: string) {
  return { id, line: batchLine as number, line_id: lineId };
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

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function isoTimeOrNull(milliseconds: number | null): string | null {
  return milliseconds === null ? null : isoTime(milliseconds);
}
