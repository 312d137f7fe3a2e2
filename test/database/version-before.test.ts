/** While a deployment is under way, isolates of the version before work on the new tables, and must get the same answers. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import type { SqlValue, Statement } from "../../src/database/database.ts";
import { openSqliteDatabase, type SqliteDatabase } from "../../src/database/sqlite.ts";

const MIGRATIONS = join(import.meta.dirname, "../../migrations");
const FIXTURE = join(import.meta.dirname, "../fixtures/version-before/sessions.json");

/** A call of a database, as the version before made it on its own tables. */
interface Call {
  readonly call: "all" | "first" | "run" | "batch";
  readonly statements: readonly (readonly [index: number, values: SqlValue[]])[];
  readonly result: unknown;
}

interface Recording {
  /** The newest one that the version before knew. */
  readonly latestMigration: string;
  readonly sql: readonly string[];
  readonly sessions: readonly (readonly Call[])[];
}

const recording: Recording = JSON.parse(readFileSync(FIXTURE, "utf8"));

function statementOf([index, values]: Call["statements"][number]): Statement {
  return { sql: recording.sql[index] as string, values };
}

async function repeat(database: SqliteDatabase, { call, statements }: Call): Promise<unknown> {
  const [first, ...others] = statements.map(statementOf);
  if (call === "batch") return database.batch(first === undefined ? [] : [first, ...others]);
  return database[call](first as Statement);
}

it("was recorded of a version before the newest migration", () => {
  const older = readdirSync(MIGRATIONS).sort().slice(0, -1);
  expect(older).toContain(recording.latestMigration);
});

it.each(recording.sessions.map((session, index) => [index + 1, session] as const))(
  "answers session %i of the version before as its own tables did",
  async (_, session) => {
    const database = openSqliteDatabase(":memory:", MIGRATIONS);
    for (const call of session) {
      const result = await repeat(database, call);
      // Rows may have more columns than it knew.
      const seen = { result };
      expect(seen, call.statements.map((one) => statementOf(one).sql).join("; ")).toMatchObject({
        result: call.result,
      });
    }
    database.close();
  },
);

it("every other statement of the version before suits the tables of today", () => {
  const connection = new DatabaseSync(":memory:");
  for (const file of readdirSync(MIGRATIONS).sort()) {
    connection.exec(readFileSync(join(MIGRATIONS, file), "utf8"));
  }
  for (const text of recording.sql) expect(() => connection.prepare(text), text).not.toThrow();
  expect(recording.sql.length).toBeGreaterThan(100);
  connection.close();
});
