/** How often windows were begun: rows are copied as they are deleted, so none is missed. */
import { type Row, type Statement, sql } from "../../src/database/database.ts";

/** Statements that have the rows of windows kept. */
export const KEEP_WINDOWS: readonly Statement[] = [
  sql`CREATE TABLE bench_windows (job_id TEXT, number INTEGER, tries INTEGER)`,
  sql`CREATE TRIGGER bench_keep_windows BEFORE DELETE ON windows BEGIN
    INSERT INTO bench_windows VALUES (OLD.job_id, OLD.number, OLD.tries); END`,
];

/** The leases of windows that somebody holds now. */
export const HELD = sql`SELECT lease_token AS token FROM windows WHERE done_try IS NULL AND lease_token IS NOT NULL`;

/** What is known of the windows of a job that is over. */
export const kept = (jobId: string): Statement =>
  sql`SELECT count(*) AS windows, max(tries) AS most, sum(tries) AS 'all' FROM bench_windows WHERE job_id = ${jobId}`;

/** How often the windows of a job were begun. */
export interface WindowTries {
  readonly windows: number;
  /** The most of one. */
  readonly most: number;
  readonly all: number;
}

/** Reads the row of `kept`. */
export function triesOf(row: Row | null | undefined): WindowTries {
  const number = (name: keyof WindowTries) => Number(row?.[name] ?? 0);
  return { windows: number("windows"), most: number("most"), all: number("all") };
}
