/** How the lines of a batch that is over have ended, with the rows of their results. */
import { sql } from "../../database/database.ts";
import type { ResultPlace } from "../../results/parts.ts";
import { DEFAULT_TASK, type TaskName } from "../../tasks/names.ts";
import type { JobContext } from "../context.ts";
import type { JobProblem, JobStatus } from "../job.ts";
import type { LineRow } from "./manifest.ts";
import { jobIdsOf, type LineRange } from "./parts.ts";

/** The end of a line. */
export interface LineOutcome {
  readonly line: number;
  readonly id: string | null;
  readonly jobId: string;
  readonly task: TaskName;
  /** `expired` for one that was done and whose result is gone. */
  readonly status: JobStatus;
  readonly problem: Pick<JobProblem, "slug" | "detail"> | null;
  /** Of a line that is done. */
  readonly result: ResultPlace | null;
}

interface OutcomeRow extends LineRow {
  readonly key: string | null;
  readonly header_json: string;
  readonly folder: string;
}

/** Reads lines in their order, some hundreds by one statement. */
export async function* lineOutcomes(
  { database, now }: Pick<JobContext, "database" | "now">,
  batchId: string,
  range: LineRange,
): AsyncGenerator<readonly LineOutcome[]> {
  for await (const ids of jobIdsOf(batchId, range)) {
    const rows = await database.all<OutcomeRow>(
      sql`SELECT jobs.id, jobs.status, batch_line, line_id, options_json ->> 'task' AS task, problem_json,
          results.key, results.header_json, results.folder
        FROM jobs LEFT JOIN results ON results.key = jobs.result_key AND jobs.status = 'done'
          AND results.header_json IS NOT NULL AND results.expires_at > ${now()}
        WHERE jobs.id IN (SELECT value FROM json_each(${ids})) ORDER BY batch_line`,
    );
    yield rows.map(outcomeOf);
  }
}

/** The end of a line whose result is not there any more. */
export function expired(outcome: LineOutcome): LineOutcome {
  const detail = "The result was kept for its time and is gone. Submit the clip again.";
  return {
    ...outcome,
    status: "expired",
    problem: { slug: "job-expired", detail },
    result: null,
  };
}

function outcomeOf(row: OutcomeRow): LineOutcome {
  const problem: JobProblem | null =
    row.status === "failed" && row.problem_json !== null ? JSON.parse(row.problem_json) : null;
  const { key, header_json: header, folder } = row;
  const outcome: LineOutcome = {
    line: row.batch_line,
    id: row.line_id,
    jobId: row.id,
    task: row.task ?? DEFAULT_TASK,
    status: row.status,
    problem,
    result: key === null ? null : { key, header, folder },
  };
  return row.status === "done" && key === null ? expired(outcome) : outcome;
}
