/** The Worker's D1 database, through `wrangler d1 execute`, which knows the local one and how to log in to the account's. */

import type { Database, Row, SqlValue, Statement } from "../../database/database.ts";
import { UndertoneError } from "../../errors.ts";
import { runWrangler } from "./run.ts";

const BINDING = "DB";
/** wrangler asks nothing then. */
const UNATTENDED = { CI: "true" };

/**
 * The database that wrangler.toml binds as DB: the account's own with `--remote` among the `flags`, else wrangler's local
 * one, whose tables are made if they are missing.
 * @throws UndertoneError `internal`, from every call, with wrangler's words.
 */
export function wranglerDatabase(configPath: string, flags: readonly string[]): Database {
  const isRemote = flags.includes("--remote");
  const wrangler = (args: readonly string[]) =>
    runWrangler([...args, ...flags, "--config", configPath], UNATTENDED);
  const execute = async (sql: string): Promise<Row[][]> => {
    const args = ["d1", "execute", BINDING, "--json", "--yes", "--command", sql];
    let run = await wrangler(args);
    if (run.status !== 0 && !isRemote && run.output.includes("no such table")) {
      await wrangler(["d1", "migrations", "apply", BINDING]);
      run = await wrangler(args);
    }
    if (run.status !== 0) throw databaseFailed(isRemote, run.output);
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

/**
 * Makes the tables of wrangler's local database, or brings them up to date.
 * @throws UndertoneError `internal` with wrangler's words.
 */
export async function makeLocalTables(configPath: string, stateDirectory: string): Promise<void> {
  const flags = ["--local", "--persist-to", stateDirectory, "--config", configPath];
  const run = await runWrangler(["d1", "migrations", "apply", BINDING, ...flags], UNATTENDED);
  if (run.status !== 0) throw databaseFailed(false, run.output);
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

function databaseFailed(isRemote: boolean, output: string): UndertoneError {
  const advice = isRemote
    ? "log in with 'npx wrangler login', and make the database and its tables with 'npm run deploy'"
    : "see what it says";
  return new UndertoneError(
    "internal",
    `wrangler could not use D1; ${advice}. It said:\n${output}`,
  );
}
