/** Pages of jobs, newest first. */
import { UndertoneError } from "../errors.ts";
import type { JobContext } from "./context.ts";
import type { Statement } from "./database.ts";
import type { Job, JobStatus } from "./job.ts";
import { readJobs } from "./jobs-table.ts";

/** Which jobs to list. */
export interface JobQuery {
  /** Those of this owner and those of nobody. */
  readonly owner: string | null;
  readonly status?: JobStatus | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** One page, and where the next begins; `null` after the last. */
export interface JobPage {
  readonly jobs: readonly Job[];
  readonly nextCursor: string | null;
}

interface Position {
  readonly createdAt: number;
  readonly id: string;
}

/**
 * Lists jobs.
 * @throws UndertoneError `invalid-cursor` for a cursor that no page has given.
 */
export async function listJobs(context: JobContext, query: JobQuery): Promise<JobPage> {
  const after = query.cursor === undefined ? null : readCursor(query.cursor);
  const wanted = query.limit + 1;
  const ofNobody = ownedBy(null, query, after, wanted, context.now());
  const statement =
    query.owner === null
      ? ofNobody
      : union(ownedBy(query.owner, query, after, wanted, context.now()), ofNobody, wanted);
  const found = await readJobs(context, statement);
  const jobs = found.slice(0, query.limit);
  const last = jobs.at(-1);
  const isLastPage = found.length < wanted || last === undefined;
  return { jobs, nextCursor: isLastPage ? null : writeCursor(last) };
}

const ORDER = "ORDER BY created_at DESC, id DESC LIMIT ?";

/** The page's rows of one owner: an index gives them in order. */
function ownedBy(
  owner: string | null,
  { status }: JobQuery,
  after: Position | null,
  limit: number,
  now: number,
): Statement {
  const conditions: [text: string, ...values: Statement["values"]][] = [["owner IS ?", owner]];
  if (after !== null) conditions.push(["(created_at, id) < (?, ?)", after.createdAt, after.id]);
  if (status === "expired")
    conditions.push(["(status = 'expired' OR (status = 'done' AND expires_at <= ?))", now]);
  else if (status === "done")
    conditions.push(["status = 'done' AND (expires_at IS NULL OR expires_at > ?)", now]);
  else if (status !== undefined) conditions.push(["status = ?", status]);
  return {
    sql: `SELECT * FROM jobs WHERE ${conditions.map(([text]) => text).join(" AND ")} ${ORDER}`,
    values: [...conditions.flatMap(([, ...values]) => values), limit],
  };
}

function union(first: Statement, second: Statement, limit: number): Statement {
  return {
    sql: `SELECT * FROM (${first.sql}) UNION ALL SELECT * FROM (${second.sql}) ${ORDER}`,
    values: [...first.values, ...second.values, limit],
  };
}

const CURSOR = /^(\d{1,15})-(job_[0-9a-z_-]{1,64})$/;

function writeCursor({ createdAt, id }: Job): string {
  return `${createdAt}-${id}`;
}

function readCursor(text: string): Position {
  const [, createdAt, id] = CURSOR.exec(text) ?? [];
  if (createdAt === undefined || id === undefined) {
    throw new UndertoneError(
      "invalid-cursor",
      "The cursor is not one that this list has given. Take `next_cursor` of the page before, or leave it out.",
    );
  }
  return { createdAt: Number(createdAt), id };
}
