/** Which jobs there are. */
import type { JobContext } from "./context.ts";
import type { Job, JobStatus } from "./job.ts";
import { type Condition, type Page, type PageQuery, readPage } from "./pages.ts";
import { readJobs } from "./table.ts";

/**
 * Lists jobs, those of one status if it is given.
 * @throws UndertoneError `invalid-cursor` for a cursor that no page has given.
 */
export function listJobs(
  context: JobContext,
  query: PageQuery & { readonly status?: JobStatus | undefined },
): Promise<Page<Job>> {
  return readPage(query, {
    table: "jobs",
    prefix: "job",
    conditions: query.status === undefined ? [] : [statusCondition(query.status, context.now())],
    read: (statement) => readJobs(context, statement),
  });
}

/** A job is expired from the moment that its result is, whatever its row says until the next sweep. */
function statusCondition(status: JobStatus, now: number): Condition {
  if (status === "expired")
    return ["(status = 'expired' OR (status = 'done' AND expires_at <= ?))", now];
  if (status === "done") return ["status = 'done' AND (expires_at IS NULL OR expires_at > ?)", now];
  return ["status = ?", status];
}
