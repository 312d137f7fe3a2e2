/** Jobs as the API shows them. */
import type { z } from "@hono/zod-openapi";
import type { Job } from "../../jobs/job.ts";
import { taskNameOf } from "../../tasks/names.ts";
import { problemMembers } from "../answer/problem.ts";
import { isoTime, isoTimeOrNull } from "../answer/times.ts";
import type { JobSchema } from "./schema.ts";

/**
 * The members of a job.
 * @param nowMs milliseconds since 1970
 */
export function describeJob(job: Job, nowMs: number): z.input<typeof JobSchema> {
  return {
    id: job.id,
    status: job.status,
    created_at: isoTime(job.createdAt),
    started_at: isoTimeOrNull(job.startedAt),
    finished_at: isoTimeOrNull(job.finishedAt),
    expires_at: isoTimeOrNull(job.expiresAt),
    tries: job.tries,
    progress: describeProgress(job, nowMs),
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

/** Layers of a clip that is computed at once; windows and seconds of a recording. */
function describeProgress(job: Job, nowMs: number): z.input<typeof JobSchema>["progress"] {
  const layers = { layers_done: job.layersDone, layers_total: job.layersTotal };
  const { windowsDone: done, windowsTotal: total, recordingSeconds } = job;
  const windows = { windows_done: done, windows_total: total };
  if (total === 0 || recordingSeconds === null) {
    return { ...layers, ...windows, seconds_done: null, seconds_total: null, seconds_left: null };
  }
  return {
    ...layers,
    ...windows,
    seconds_done: Number(((recordingSeconds * done) / total).toFixed(1)),
    seconds_total: recordingSeconds,
    seconds_left: job.status === "running" ? secondsLeft(job, nowMs) : null,
  };
}

/** As long for each window as for those before; `null` before the first. */
function secondsLeft(job: Job, nowMs: number): number | null {
  const { windowsDone: done, windowsTotal: total, recordingBeganAt } = job;
  if (done === 0 || recordingBeganAt === null) return null;
  return Math.ceil((((nowMs - recordingBeganAt) / done) * (total - done)) / 1000);
}
