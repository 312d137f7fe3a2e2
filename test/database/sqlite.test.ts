import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sql } from "../../src/database/database.ts";
import { openSqliteDatabase } from "../../src/database/sqlite.ts";
import { describeDatabaseContract } from "../contract/database.ts";

const MIGRATIONS = join(import.meta.dirname, "../../migrations");

describeDatabaseContract("SQLite in memory", async () => {
  const database = openSqliteDatabase(":memory:", MIGRATIONS);
  return { database, dispose: async () => database.close() };
});

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-sqlite-"));
});
afterAll(() => rm(directory, { recursive: true }));

it("keeps what was written when it is opened again, and applies no migration twice", async () => {
  const path = join(directory, "again.sqlite");
  const first = openSqliteDatabase(path, MIGRATIONS);
  await first.run(
    sql`INSERT INTO disabled_endpoints (owner, url, disabled_at) VALUES ('', 'u', 1)`,
  );
  first.close();
  const second = openSqliteDatabase(path, MIGRATIONS);
  expect(await second.all(sql`SELECT url FROM disabled_endpoints`)).toEqual([{ url: "u" }]);
  second.close();
});

it("is shared by two connections, the writes of one being seen by the other", async () => {
  const path = join(directory, "shared.sqlite");
  const [one, other] = [0, 1].map(() => openSqliteDatabase(path, MIGRATIONS));
  await one?.run(sql`INSERT INTO disabled_endpoints (owner, url, disabled_at) VALUES ('', 'u', 1)`);
  expect(await other?.all(sql`SELECT url FROM disabled_endpoints`)).toHaveLength(1);
  one?.close();
  other?.close();
});
