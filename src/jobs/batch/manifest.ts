/** The list of results of a batch, one JSON line for each of its lines. */

import { sql } from "../../database/database.ts";
import { DEFAULT_TASK, type TaskName } from "../../tasks/names.ts";
import type { JobContext } from "../context.ts";
import type { JobProblem, JobStatus } from "../job.ts";
import type { Batch } from "./batch.ts";
import { forJobsOf } from "./parts.ts";

/** How a line has ended. */
export interface LineRow {
  readonly id: string;
  readonly status: JobStatus;
  readonly batch_line: number;
  readonly line_id: string | null;
  readonly task: TaskName | null;
  readonly problem_json: string | null;
}

/**
 * One line for each of the batch's, in their order: `{line, id, job_id, task, status}` and `result` (a path of this API) or
 * `problem`. It depends on nothing but how the jobs ended.
 */
export async function writeManifest({ database }: JobContext, batch: Batch): Promise<Uint8Array> {
  const written: string[] = [];
  await forJobsOf(batch, async (ids) => {
    const rows = await database.all<LineRow>(
      sql`SELECT id, status, batch_line, line_id, options_json ->> 'task' AS task, problem_json FROM jobs
        WHERE id IN (SELECT value FROM json_each(${ids})) ORDER BY batch_line`,
    );
    written.push(rows.map((row) => `${JSON.stringify(lineOf(row))}\n`).join(""));
  });
  return new TextEncoder().encode(written.join(""));
}

function lineOf({ id, batch_line, line_id, task, status, problem_json }: LineRow): object {
  const problem: JobProblem | null = problem_json === null ? null : JSON.parse(problem_json);
  return {
    line: batch_line,
    id: line_id,
    job_id: id,
    task: task ?? DEFAULT_TASK,
    status,
    ...(status === "done" && { result: `/v1/jobs/${id}/result` }),
    ...(problem !== null &&
      status === "failed" && {
        problem: { type: `/problems/${problem.slug}`, detail: problem.detail },
      }),
  };
}
