/** The few SQL calls that jobs need: what D1 has and node:sqlite can be given. */

/** The value of a column; booleans are 0 and 1, times are milliseconds since 1970. */
export type SqlValue = string | number | null;

/** One SQL statement of SQLite's dialect, with a value for each `?`. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** A row by column name. */
export type Row = Readonly<Record<string, SqlValue>>;

/** A SQLite database somewhere; calls but `firstNearby` are answered in an order that every caller agrees on. */
export interface Database {
  /** All rows, as the query orders them. */
  all<Result extends object = Row>(statement: Statement): Promise<Result[]>;
  /** The first row, or `null` if there is none. */
  first<Result extends object = Row>(statement: Statement): Promise<Result | null>;
  /** The same, of the nearest copy, which may be seconds old where there are several. */
  firstNearby<Result extends object = Row>(statement: Statement): Promise<Result | null>;
  /** Runs a statement and gives the number of rows that it inserted, changed or deleted. */
  run(statement: Statement): Promise<number>;
  /** Runs all statements or none, in order and without another's in between; gives each one's number of rows. */
  batch(statements: readonly Statement[]): Promise<number[]>;
  /** Leaves nothing of rows that were deleted in the database's files; of a service elsewhere it is absent. */
  scrub?(): Promise<void>;
}

/**
 * A statement as a template: `` sql`SELECT * FROM jobs WHERE id = ${id}` `` binds what is put in, which thus never becomes
 * part of the SQL.
 */
export function sql(texts: TemplateStringsArray, ...values: readonly SqlValue[]): Statement {
  return { sql: texts.join("?"), values };
}
