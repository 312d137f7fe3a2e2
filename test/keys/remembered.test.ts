import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { openSqliteDatabase, type SqliteDatabase } from "../../src/database/sqlite.ts";
import { type Keys, rememberedKeys } from "../../src/keys/remembered.ts";
import { createKey, revokeKey } from "../../src/keys/table.ts";
import { type ParsedToken, parseToken } from "../../src/keys/token.ts";

const MIGRATIONS = join(import.meta.dirname, "../../migrations");

let primary: SqliteDatabase;
/** A copy that gets no changes. */
let replica: SqliteDatabase;
let nowMs: number;
let asked: string[];
let kept: Promise<unknown>[];
let keys: Keys;
beforeEach(() => {
  primary = openSqliteDatabase(":memory:", MIGRATIONS);
  replica = openSqliteDatabase(":memory:", MIGRATIONS);
  nowMs = 1_000_000;
  asked = [];
  kept = [];
  const database: Database = {
    ...primary,
    first: (statement) => {
      asked.push("primary");
      return primary.first(statement);
    },
    firstNearby: (statement) => {
      asked.push("nearby");
      return replica.first(statement);
    },
  };
  keys = rememberedKeys({
    database,
    rememberMs: 30_000,
    now: () => nowMs,
    keepAlive: (work) => kept.push(work),
  });
});
afterEach(() => {
  primary.close();
  replica.close();
});

async function newKey({ isCopied = true } = {}) {
  const request = { scopes: ["features"] as const, requestsPerMinute: 60 };
  const { key, token } = await createKey(primary, request, nowMs);
  const given = (await parseToken(token)) as ParsedToken;
  if (isCopied) {
    const row = await primary.first({
      sql: "SELECT * FROM api_keys WHERE id = ?",
      values: [key.id],
    });
    const values = Object.values(row ?? {});
    const sql = `INSERT INTO api_keys VALUES (${values.map(() => "?").join(", ")})`;
    await replica.run({ sql, values });
  }
  return { key, given };
}

it("asks the nearest copy first, meanwhile the primary, and then nobody for 30 s", async () => {
  const { key, given } = await newKey();
  expect(await keys.find(given)).toEqual(key);
  await Promise.all(kept);
  expect(asked).toEqual(["nearby", "primary"]);
  nowMs += 29_999;
  expect(await keys.find(given)).toEqual(key);
  expect(asked).toHaveLength(2);
  nowMs += 1;
  expect(await keys.find(given)).toEqual(key);
  expect(asked).toHaveLength(4);
});

it("takes a key that has not come to the nearest copy yet", async () => {
  const { key, given } = await newKey({ isCopied: false });
  expect(await keys.find(given)).toEqual(key);
  expect(asked).toEqual(["nearby", "primary"]);
});

it("does not remember a key that only a copy still has", async () => {
  const { key, given } = await newKey();
  await revokeKey(primary, key.id, nowMs);
  await keys.find(given);
  await Promise.all(kept);
  await keys.find(given);
  expect(asked).toEqual(["nearby", "primary", "nearby", "primary"]);
});

it("refuses a revoked key after 30 s", async () => {
  const { key, given } = await newKey({ isCopied: false });
  await keys.find(given);
  await revokeKey(primary, key.id, nowMs);
  nowMs += 30_000;
  expect(await keys.find(given)).toBeNull();
});

it("knows a key by its whole token", async () => {
  const { given } = await newKey();
  await keys.find(given);
  await Promise.all(kept);
  expect(await keys.find({ ...given, tokenSha256: "0".repeat(64) })).toBeNull();
});

it("asks for keys with a home in one database, and for all others in the one that is shared", async () => {
  const shared = openSqliteDatabase(":memory:", MIGRATIONS);
  const parts = { database: primary, sharedKeys: shared, rememberMs: 0, now: () => nowMs };
  const both = rememberedKeys({ ...parts, keepAlive: (work) => kept.push(work) });
  const request = { scopes: ["features"] as const, requestsPerMinute: 60 };
  const find = async (token: string) => both.find((await parseToken(token)) as ParsedToken);
  expect(await both.haveAny()).toBe(false);
  const bound = await createKey(primary, { ...request, home: "eu" }, nowMs);
  expect(await both.haveAny()).toBe(true);
  const free = await createKey(shared, request, nowMs);
  expect(await find(bound.token)).toMatchObject({ id: bound.key.id, home: "eu" });
  expect(await find(free.token)).toMatchObject({ id: free.key.id, home: null });
  const elsewhere = await createKey(primary, request, nowMs);
  expect(await find(elsewhere.token)).toBeNull();
  await Promise.all(kept);
  shared.close();
});

it("never remembers what is no key, nor that there is none", async () => {
  const unknown = { home: null, keyId: "0".repeat(12), tokenSha256: "0".repeat(64) };
  expect(await keys.find(unknown)).toBeNull();
  expect(await keys.find(unknown)).toBeNull();
  expect(asked).toHaveLength(4);
  expect(await keys.haveAny()).toBe(false);
  await newKey();
  expect(await keys.haveAny()).toBe(true);
  expect(await keys.haveAny()).toBe(true);
  expect(asked).toHaveLength(6);
});
