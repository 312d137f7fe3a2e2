/** The D1 database of a deployment, through `wrangler d1 execute`, which knows how to log in to the account. */

import type { Database, Row, SqlValue, Statement } from "../../database/database.ts";
import { UndertoneError } from "../../errors.ts";
import { runWrangler } from "./run.ts";

const BINDING = "DB";
/** wrangler asks nothing then. */
const UNATTENDED = { CI: "true" };

/** Where wrangler has a database. */
export type Place = readonly ["--remote"] | readonly ["--local", "--persist-to", string];

/**
 * The database that the configuration binds as DB.
 * @throws UndertoneError `internal`, from every call, with wrangler's words.
 */
export function wranglerDatabase(configPath: string, place: Place = ["--remote"]): Database {
  const execute = async (sql: string): Promise<Row[][]> => {
    const args = ["d1", "execute", BINDING, "--json", "--yes", "--command", sql];
    const run = await runWrangler([...args, ...place, "--config", configPath], UNATTENDED);
    if (run.status !== 0) throw databaseFailed(run.output);
    const answers: { results: Row[] }[] = JSON.parse(run.stdout);
    return answers.map(({ results }) => results);
  };
  const query = async (sql: string) => (await execute(sql))[0] ?? [];
  const first = async <Result extends object>(statement: Statement) =>
    ((await query(withValues(statement)))[0] ?? null) as Result | null;
  return {
    all: async <Result extends object>(statement: Statement) =>
      (await query(withValues(statement))) as Result[],
    first,
    firstNearby: first,
    run: async (statement) => (await query(counting(statement))).length,
    batch: async (statements) =>
      (await execute(statements.map(counting).join("; "))).map(({ length }) => length),
  };
}

/** wrangler does not say how many rows a statement changed; the rows that it returns can be counted. */
function counting(statement: Statement): string {
  return `${withValues(statement)} RETURNING 1`;
}

/** wrangler binds no values: they are written into the SQL. */
function withValues({ sql, values }: Statement): string {
  const literals = values.map(literal);
  return sql.replace(/\s+/g, " ").replace(/\?/g, () => literals.shift() ?? "NULL");
}

function literal(value: SqlValue): string {
  if (typeof value !== "string") return String(value ?? "NULL");
  // A text literal ends at a NUL, whatever follows it.
  if (value.includes("\0")) throw new TypeError("Text for wrangler must not hold NUL.");
  return `'${value.replaceAll("'", "''")}'`;
}

function databaseFailed(output: string): UndertoneError {
  return new UndertoneError(
    "internal",
    "wrangler could not use D1; log in with 'npx wrangler login', and make the database and its tables with 'npm run deploy'. " +
      `It said:\n${output}`,
  );
}
