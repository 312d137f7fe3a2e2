import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Statement, sql } from "../../src/database/database.ts";
import { openSqliteDatabase, type SqliteDatabase } from "../../src/database/sqlite.ts";
import { tokenBuckets } from "../../src/keys/rate-limit.ts";
import type { LogEntry } from "../../src/log.ts";
import { tellOutages } from "../../src/platform/outages.ts";
import { sqliteQueue } from "../../src/queue/sqlite.ts";
import { filesystemStore } from "../../src/store/filesystem.ts";

const MIGRATIONS = join(import.meta.dirname, "../../migrations");
const UNAVAILABLE = { name: "UndertoneError", slug: "storage-unavailable" };

let directory: string;
let connection: SqliteDatabase;
let logged: LogEntry[];
let services: ReturnType<typeof openServices>;
function openServices() {
  const { close: _, ...database } = connection;
  const parts = {
    database,
    files: filesystemStore(join(directory, "files")),
    queue: sqliteQueue({ database, now: Date.now }),
    limiter: tokenBuckets(Date.now),
  };
  return tellOutages(parts, (entry) => logged.push(entry));
}
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-outages-"));
  connection = openSqliteDatabase(join(directory, "a.sqlite"), MIGRATIONS);
  logged = [];
  services = openServices();
});
afterEach(async () => {
  try {
    connection.close();
  } catch {
    // Some tests have closed it already.
  }
  await rm(directory, { recursive: true });
});

const seen = (id: string) =>
  sql`INSERT INTO hook_seen_ids (hook_name, event_id, job_id, seen_at) VALUES ('h', ${id}, 'j', 0)`;

describe("services that work", () => {
  it("are what they were", async () => {
    expect(await services.database.run(seen("1"))).toBe(1);
    expect(await services.database.batch([seen("2"), seen("3")])).toEqual([1, 1]);
    await services.files.put("a", Uint8Array.of(1));
    expect(await services.files.get("a")).toEqual(Uint8Array.of(1));
    expect(services.files.name).toBe("filesystem");
    await services.queue.send([{ kind: "job", id: "j" }]);
    expect((await services.limiter.take("k", 60)).isAllowed).toBe(true);
    expect(logged).toEqual([]);
  });

  it("still tell a mistake of ours from an outage", async () => {
    await services.database.run(seen("1"));
    await expect(services.database.run(seen("1"))).rejects.toThrow(/UNIQUE/);
    await expect(services.database.all(sql`SELEKT 1`)).rejects.toThrow(/syntax/);
    await expect(services.files.get("../a")).rejects.toThrow(RangeError);
    expect(logged).toEqual([]);
  });
});

describe("services that are out", () => {
  it("say so, with the reason in the log and not in the error", async () => {
    connection.close();
    await expect(services.database.first(sql`SELECT 1`)).rejects.toMatchObject({
      ...UNAVAILABLE,
      message: expect.not.stringContaining("not open"),
    });
    await expect(services.database.batch([seen("1")])).rejects.toMatchObject(UNAVAILABLE);
    await expect(services.queue.send([{ kind: "job", id: "j" }])).rejects.toMatchObject(
      UNAVAILABLE,
    );
    expect(logged[0]).toEqual({
      level: "error",
      event: "storage-unavailable",
      service: "database",
      message: expect.stringContaining("database is not open"),
    });
  });

  it("are a database whose tables nobody made, or lost", async () => {
    await connection.run(sql`ALTER TABLE api_keys RENAME TO elsewhere`);
    await expect(services.database.all(sql`SELECT * FROM api_keys`)).rejects.toMatchObject(
      UNAVAILABLE,
    );
  });

  it("are files that cannot be written", async () => {
    await writeFile(join(directory, "files"), "not a directory");
    await expect(services.files.put("a", Uint8Array.of(1))).rejects.toMatchObject(UNAVAILABLE);
    expect(logged).toMatchObject([
      { service: "files", message: expect.stringMatching(/EEXIST|ENOTDIR/) },
    ]);
  });
});

describe.each([
  ["locked", Object.assign(new Error("database is locked"), { errcode: 5 })],
  ["damaged", Object.assign(new Error("file is not a database"), { errcode: 26 })],
  ["a D1 that cannot be reached", new Error("D1_ERROR: Network connection lost.")],
  ["a D1 without tables", new Error("D1_ERROR: no such table: jobs: SQLITE_ERROR")],
])("a database that is %s", (_, failure) => {
  it("is out", async () => {
    await expect(failingWith(failure).run(seen("1"))).rejects.toMatchObject(UNAVAILABLE);
  });
});

it("a row that D1 refuses is no outage", async () => {
  const refusal = new Error("D1_ERROR: UNIQUE constraint failed: t.a: SQLITE_CONSTRAINT");
  await expect(failingWith(refusal).run(seen("1"))).rejects.toBe(refusal);
});

/** Failures that cannot be had from a healthy machine. */
function failingWith(failure: Error) {
  const run = (_: Statement) => Promise.reject(failure);
  const database = { all: run, first: run, firstNearby: run, run, batch: () => run(seen("")) };
  return tellOutages({ ...services, database }, () => {}).database;
}
