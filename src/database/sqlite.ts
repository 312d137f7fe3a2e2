/** A database in a file, through Node's own SQLite. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { UndertoneError } from "../errors.ts";
import type { Database, Statement } from "./database.ts";

/** A database that has to be closed. */
export interface SqliteDatabase extends Database {
  close(): void;
}

/** The most milliseconds that a writer waits for one in another process. */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * Opens the database at `path` (`:memory:` for one that lives as long as the process), which is made if it is missing, and
 * applies those files of `migrationsDirectory` that it has not seen. What a call has written survives the death of the
 * process.
 * @throws UndertoneError `internal` if this Node has no SQLite
 */
export function openSqliteDatabase(path: string, migrationsDirectory: string): SqliteDatabase {
  const connection = new (requireSqlite().DatabaseSync)(path, { timeout: BUSY_TIMEOUT_MS });
  connection.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;",
  );
  applyMigrations(connection, migrationsDirectory);
  const first = async <Result>({ sql, values }: Statement) =>
    (connection.prepare(sql).get(...values) ?? null) as Result | null;
  const run = ({ sql, values }: Statement) =>
    Number(connection.prepare(sql).run(...values).changes);
  return {
    async all<Result>({ sql, values }: Statement) {
      return connection.prepare(sql).all(...values) as Result[];
    },
    first,
    firstNearby: first,
    run: async (statement) => run(statement),
    batch: async (statements) => inTransaction(connection, () => statements.map(run)),
    // What was deleted is overwritten in the file; the log of writes before it still has it until it is cut off.
    scrub: async () => void connection.exec("PRAGMA wal_checkpoint(TRUNCATE)"),
    close: () => connection.close(),
  };
}

/** Found when it is needed: commands that need no database run on a Node without it. */
function requireSqlite(): typeof import("node:sqlite") {
  const sqlite = process.getBuiltinModule("node:sqlite");
  if (sqlite !== undefined) return sqlite;
  throw new UndertoneError(
    "internal",
    `The database needs the SQLite of Node 22.13 or newer, and this is Node ${process.versions.node}.`,
  );
}

/** Keeps the table that `wrangler d1 migrations` keeps. */
function applyMigrations(connection: DatabaseSync, directory: string): void {
  const files = readdirSync(directory).filter((name) => name.endsWith(".sql"));
  inTransaction(connection, () => {
    connection.exec(
      `CREATE TABLE IF NOT EXISTS d1_migrations (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT UNIQUE,
        applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
      )`,
    );
    const record = connection.prepare("INSERT OR IGNORE INTO d1_migrations (name) VALUES (?)");
    for (const name of files.sort()) {
      if (record.run(name).changes === 0) continue;
      connection.exec(readFileSync(join(directory, name), "utf8"));
    }
  });
}

/** All or nothing, and alone from the start: a transaction that began by reading could fail when it comes to write. */
function inTransaction<Result>(connection: DatabaseSync, work: () => Result): Result {
  connection.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    connection.exec("COMMIT");
    return result;
  } catch (error) {
    connection.exec("ROLLBACK");
    throw error;
  }
}
