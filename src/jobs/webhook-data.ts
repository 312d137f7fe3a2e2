/** The payload of webhooks about jobs and batches: status and the URL of the results, never the results themselves. */

import { taskNameOf } from "../tasks/names.ts";
import type { Batch } from "./batch/batch.ts";
import type { Job } from "./job.ts";
import { signUrl } from "./work/signed-url.ts";

/** The parts of a signed link. */
type Linked = Pick<Job, "origin" | "urlSecret" | "expiresAt">;

/** The members of `data` of a job's event. They depend on nothing but the job: put together twice they are the same. */
export async function jobWebhookData(job: Job): Promise<object> {
  return {
    id: job.id,
    task: taskNameOf(job.options),
    status: job.status,
    metadata: job.metadata,
    ...(job.problem && {
      problem: { type: `/problems/${job.problem.slug}`, detail: job.problem.detail },
    }),
    ...(job.status === "done" && { result: await linkTo(`/v1/jobs/${job.id}/result`, job) }),
  };
}

/** The members of `data` of a batch's event, with the number of its jobs by status; `task` is that of lines that name no other. */
export async function batchWebhookData(
  batch: Batch,
  counts: Readonly<Record<string, number>>,
): Promise<object> {
  return {
    id: batch.id,
    task: taskNameOf(batch.options),
    status: batch.status,
    metadata: batch.metadata,
    counts,
    results: await linkTo(`/v1/batches/${batch.id}/results`, batch),
  };
}

/** A link that works without an API key until what it leads to expires. */
async function linkTo(
  path: string,
  { origin, urlSecret, expiresAt }: Linked,
): Promise<{ url: string; expires_at: string } | null> {
  if (origin === null || expiresAt === null) return null;
  const url = new URL(path, origin);
  url.search = new URL(origin).search;
  const { href } = await signUrl(url, Math.floor(expiresAt / 1000), urlSecret);
  return { url: href, expires_at: new Date(expiresAt).toISOString() };
}
