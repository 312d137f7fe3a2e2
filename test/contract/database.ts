/** What every database driver must do, over the tables of migrations/. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, sql } from "../../src/database/database.ts";
import { createKey, findKey, listKeys } from "../../src/keys/table.ts";
import { parseToken } from "../../src/keys/token.ts";

/** A driver under test, with the migrations applied, and how to be done with it. */
export interface DatabaseUnderTest {
  readonly database: Database;
  dispose(): Promise<void>;
}

const seen = (name: string, id: string, at = 0) =>
  sql`INSERT INTO hook_seen_ids (hook_name, event_id, job_id, seen_at) VALUES (${name}, ${id}, 'job', ${at})`;
const countOf = (name: string) =>
  sql`SELECT count(*) AS count FROM hook_seen_ids WHERE hook_name = ${name}`;

/** Runs the contract against the driver that `open` makes, its tables empty. */
export function describeDatabaseContract(
  name: string,
  open: () => Promise<DatabaseUnderTest>,
): void {
  describe(`${name} keeps the database contract`, () => {
    let opened: DatabaseUnderTest;
    let database: Database;
    beforeAll(async () => {
      opened = await open();
      database = opened.database;
    });
    afterAll(() => opened?.dispose());

    it("has the tables of every migration, and wrangler's record of them", async () => {
      const tables = await database.all<{ name: string }>(
        sql`SELECT name FROM sqlite_master WHERE type = 'table'`,
      );
      const names = tables.map((table) => table.name);
      expect(names).toEqual(expect.arrayContaining(["api_keys", "jobs", "results", "deliveries"]));
      expect(await database.all(sql`SELECT name FROM d1_migrations`)).toEqual([
        { name: "0001_jobs.sql" },
        { name: "0002_positions.sql" },
        { name: "0003_idempotency_leases.sql" },
        { name: "0004_waiting_deliveries.sql" },
        { name: "0005_deliveries_in_flight.sql" },
        { name: "0006_unended_computations.sql" },
        { name: "0007_recordings.sql" },
        { name: "0008_speakers.sql" },
        { name: "0009_homes.sql" },
      ]);
    });

    it("gives back text, numbers and NULL as they were put in", async () => {
      const text = 'quotes \' " and ?, ünïcode 🎧, \n and {"json": 1}';
      await database.run(sql`INSERT INTO webhook_secrets (id, owner, secret, created_at, expires_at)
        VALUES ('back', NULL, ${text}, ${1_767_000_000_123}, ${null})`);
      const row = await database.first(sql`SELECT * FROM webhook_secrets WHERE secret = ${text}`);
      expect({ ...row }).toEqual({
        id: "back",
        owner: null,
        secret: text,
        created_at: 1_767_000_000_123,
        expires_at: null,
      });
    });

    it("gives rows in the order of the query, and null for the first of none", async () => {
      for (const [index, id] of ["b", "a", "c"].entries())
        await database.run(seen("order", id, index));
      const ids = await database.all<{ event_id: string }>(
        sql`SELECT event_id FROM hook_seen_ids WHERE hook_name = 'order' ORDER BY seen_at DESC`,
      );
      expect(ids.map(({ event_id }) => event_id)).toEqual(["c", "a", "b"]);
      expect(await database.first(sql`SELECT * FROM jobs WHERE id = 'none'`)).toBeNull();
      expect(await database.firstNearby(sql`SELECT * FROM jobs WHERE id = 'none'`)).toBeNull();
      expect(await database.all(sql`SELECT * FROM jobs WHERE id = 'none'`)).toEqual([]);
    });

    it("counts the rows that a statement changed", async () => {
      expect(await database.run(seen("count", "1"))).toBe(1);
      expect(await database.run(seen("count", "2"))).toBe(1);
      const ignored = seen("count", "2");
      expect(
        await database.run({ ...ignored, sql: ignored.sql.replace("INSERT", "INSERT OR IGNORE") }),
      ).toBe(0);
      expect(
        await database.run(sql`UPDATE hook_seen_ids SET seen_at = 9 WHERE hook_name = 'count'`),
      ).toBe(2);
      expect(
        await database.run(sql`UPDATE hook_seen_ids SET seen_at = 9 WHERE hook_name = 'nobody'`),
      ).toBe(0);
      expect(await database.run(sql`DELETE FROM hook_seen_ids WHERE hook_name = 'count'`)).toBe(2);
    });

    it("gives the rows of a statement that returns what it changed", async () => {
      await database.run(seen("returning", "1"));
      expect(
        await database.all(
          sql`UPDATE hook_seen_ids SET seen_at = 5 WHERE hook_name = 'returning' RETURNING event_id, seen_at`,
        ),
      ).toEqual([{ event_id: "1", seen_at: 5 }]);
      expect(
        await database.first(sql`SELECT seen_at FROM hook_seen_ids WHERE hook_name = 'returning'`),
      ).toEqual({ seen_at: 5 });
    });

    it("runs the statements of a batch in order and counts each one's rows", async () => {
      const changes = await database.batch([
        seen("batch", "1"),
        seen("batch", "2"),
        sql`UPDATE hook_seen_ids SET seen_at = 1 WHERE hook_name = 'batch'`,
        sql`DELETE FROM hook_seen_ids WHERE hook_name = 'batch' AND event_id = '1'`,
      ]);
      expect(changes).toEqual([1, 1, 2, 1]);
      expect(await database.first(countOf("batch"))).toEqual({ count: 1 });
    });

    it("does nothing of a batch in which a statement fails", async () => {
      await database.run(seen("whole", "1"));
      await expect(
        database.batch([seen("whole", "2"), seen("whole", "1"), seen("whole", "3")]),
      ).rejects.toThrow(/UNIQUE/);
      expect(await database.first(countOf("whole"))).toEqual({ count: 1 });
    });

    it("lets one of many win what only one may have", async () => {
      const claims = Array.from({ length: 20 }, (_, index) =>
        database.run(sql`INSERT INTO idempotency (owner, key, fingerprint, subject_id, created_at)
          VALUES ('', 'race', 'f', ${String(index)}, 0) ON CONFLICT DO NOTHING`),
      );
      expect((await Promise.all(claims)).filter((changed) => changed === 1)).toHaveLength(1);
    });

    it("inserts hundreds of rows from one value of JSON", async () => {
      const rows = JSON.stringify(Array.from({ length: 500 }, (_, index) => ["many", `e${index}`]));
      const inserted =
        await database.run(sql`INSERT INTO hook_seen_ids (hook_name, event_id, job_id, seen_at)
        SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), 'job', 0 FROM json_each(${rows})`);
      expect(inserted).toBe(500);
    });

    it("refuses a value of the wrong type, and SQL that is none", async () => {
      await expect(
        database.run(sql`INSERT INTO hook_seen_ids (hook_name, event_id, job_id, seen_at)
          VALUES ('type', '1', 'job', 'today')`),
      ).rejects.toThrow();
      await expect(database.all(sql`SELEKT 1`)).rejects.toThrow();
    });

    it("keeps API keys", async () => {
      const { key, token } = await createKey(
        database,
        { scopes: ["jobs"], requestsPerMinute: 60, owner: "it's ours" },
        1,
      );
      const parsed = await parseToken(token);
      expect(parsed && (await findKey(database, parsed))).toEqual(key);
      expect(await listKeys(database)).toContainEqual(key);
    });
  });
}
