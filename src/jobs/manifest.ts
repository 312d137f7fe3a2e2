/** What became of each line of a batch, as JSONL. */
import type { JobContext } from "./context.ts";
import { sql } from "./database.ts";
import type { Job } from "./job.ts";
import { readJobs } from "./jobs-table.ts";

/**
 * One line for each of the batch's, in their order: `{line, id, job_id, status}` and `result` (a path of this API) or
 * `problem`. It depends on nothing but how the jobs ended.
 */
export async function writeManifest(context: JobContext, batchId: string): Promise<Uint8Array> {
  const jobs = await readJobs(
    context,
    sql`SELECT * FROM jobs WHERE batch_id = ${batchId} ORDER BY batch_line`,
  );
  return new TextEncoder().encode(jobs.map((job) => `${JSON.stringify(lineOf(job))}\n`).join(""));
}

function lineOf({ id, batchLine, lineId, status, problem }: Job): object {
  return {
    line: batchLine,
    id: lineId,
    job_id: id,
    status,
    ...(status === "done" && { result: `/v1/jobs/${id}/result` }),
    ...(problem !== null &&
      status === "failed" && {
        problem: { type: `/problems/${problem.slug}`, detail: problem.detail },
      }),
  };
}
