/** D1 of the account: databases in memory, which run the SQL that wrangler sends. */
import { DatabaseSync } from "node:sqlite";
import type { AccountAnswer, AccountRequest } from "./account.ts";

/** A database, and where it was asked to be. */
export interface RemoteDatabase {
  readonly uuid: string;
  readonly name: string;
  readonly location: string | undefined;
  readonly jurisdiction: string | undefined;
  readonly sql: DatabaseSync;
}

/** The databases of an account. */
export interface Databases {
  all(): readonly RemoteDatabase[];
  /** @throws Error if there is none of this name */
  named(name: string): DatabaseSync;
  answer(request: AccountRequest): AccountAnswer;
  close(): void;
}

/** No database yet. */
export function emptyDatabases(): Databases {
  const databases: RemoteDatabase[] = [];
  const shown = ({ uuid, name, jurisdiction }: RemoteDatabase) => ({ uuid, name, jurisdiction });
  return {
    all: () => databases,
    named(wanted) {
      const found = databases.find(({ name }) => name === wanted);
      if (found === undefined) throw new Error(`there is no database ${wanted}`);
      return found.sql;
    },
    answer({ method, path, json }) {
      const [, , id = "", part] = path;
      const found = databases.find(({ uuid, name }) => id === uuid || id === name);
      if (part === "query") return found === undefined ? null : queried(found.sql, json());
      if (method === "POST") {
        const { name = "", primary_location_hint: location, jurisdiction } = json();
        const uuid = `11111111-2222-4333-8444-${String(databases.length).padStart(12, "0")}`;
        const made = { uuid, name, location, jurisdiction, sql: new DatabaseSync(":memory:") };
        databases.push(made);
        return shown(made);
      }
      if (id === "") return databases.map(shown);
      return found === undefined ? null : shown(found);
    },
    close() {
      for (const { sql } of databases) sql.close();
    },
  };
}

function queried(database: DatabaseSync, { sql = "" }: Readonly<Record<string, string>>): object[] {
  // wrangler puts comments in front of a migration's statements.
  const statements = sql
    .replace(/^\s*--.*$/gm, "")
    .split(/;\s*/)
    .filter((statement) => statement.trim() !== "");
  return statements.map((statement) => ({
    results: database.prepare(statement).all(),
    success: true,
    meta: {},
  }));
}
