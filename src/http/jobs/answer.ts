/** Jobs as the API shows them. */
import type { z } from "@hono/zod-openapi";
import type { Job } from "../../jobs/job.ts";
import { taskNameOf } from "../../tasks/names.ts";
import { problemMembers } from "../answer/problem.ts";
import { isoTime, isoTimeOrNull } from "../answer/times.ts";
import type { JobSchema } from "./schema.ts";

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
    task: taskNameOf(job.options),
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
