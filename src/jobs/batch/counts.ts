/** The number of lines of batches by status. */

import { sql } from "../../database/database.ts";
import type { JobContext } from "../context.ts";
import type { JobStatus } from "../job.ts";
import type { Batch } from "./batch.ts";

/** The number of a batch's lines by status; those whose results have expired count as done. */
export type LineCounts = Readonly<Record<Exclude<JobStatus, "expired">, number>>;

interface CountRow {
  readonly batch_id: string;
  readonly status: JobStatus;
  readonly count: number;
}

/** The number of a batch's lines by status; lines that are not jobs yet count as queued. */
export async function countLines(context: JobContext, batch: Batch): Promise<LineCounts> {
  const [counts] = await countLinesOf(context, [batch]);
  return counts as LineCounts;
}

/** The same of several batches, in their order, by one query. */
export async function countLinesOf(
  { database }: JobContext,
  batches: readonly Batch[],
): Promise<LineCounts[]> {
  const ids = JSON.stringify(batches.map(({ id }) => id));
  const rows = await database.all<CountRow>(
    sql`SELECT batch_id, status, count(*) AS count FROM jobs
      WHERE batch_id IN (SELECT value FROM json_each(${ids})) GROUP BY batch_id, status`,
  );
  return batches.map(({ id, lines }) =>
    sumUp(
      rows.filter((row) => row.batch_id === id),
      lines,
    ),
  );
}

function sumUp(rows: readonly CountRow[], lines: number): LineCounts {
  const count = (status: JobStatus) => rows.find((row) => row.status === status)?.count ?? 0;
  const submitted = rows.reduce((sum, row) => sum + row.count, 0);
  return {
    queued: count("queued") + lines - submitted,
    running: count("running"),
    done: count("done") + count("expired"),
    failed: count("failed"),
    cancelled: count("cancelled"),
  };
}
