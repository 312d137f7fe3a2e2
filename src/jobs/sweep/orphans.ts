/** Bytes that nobody knows of: clips without a job, parts of results that another attempt gave, lines of no batch, self-tests. */

import { type Database, type Statement, sql } from "../../database/database.ts";
import { deleteAll } from "../../store/delete-all.ts";
import type { JobContext } from "../context.ts";

/** Bytes are written before the row that knows of them, and by processes that may have lost their work to others. */
const LEFT_AFTER_MS = 24 * 3600_000;

/**
 * Looks at the next `limit` files, and deletes those that were written a day ago and that no row knows of. Called again and
 * again it comes round all of them; keys that are not of jobs' making are left alone.
 */
export async function deleteOrphans(
  { database, files, now, log }: JobContext,
  limit: number,
): Promise<void> {
  const writtenBefore = now() - LEFT_AFTER_MS;
  const page = await files.page(await position(database), limit);
  const old = page.filter(({ writtenAt }) => writtenAt < writtenBefore).map(({ key }) => key);
  const left = old.length === 0 ? [] : await unknownKeys(database, old);
  await deleteAll(files, left);
  await files.removeUnfinished?.(writtenBefore);
  await moveTo(database, page.length < limit ? "" : (page.at(-1)?.key ?? ""));
  if (left.length > 0) log({ level: "warn", event: "leftovers-removed", count: left.length });
}

/** Which of these keys belong to no job that waits or runs, no result and no batch. */
async function unknownKeys(database: Database, keys: readonly string[]): Promise<string[]> {
  const unknown = await Promise.all(
    OWNERS.map(async ({ pattern, known }) => {
      const names = new Map(keys.flatMap((key) => keyed(key, pattern)));
      if (names.size === 0) return [];
      const rows = await database.all<{ name: string }>(known(JSON.stringify([...names.values()])));
      const isKnown = new Set(rows.map(({ name }) => name));
      return [...names].filter(([, name]) => !isKnown.has(name)).map(([key]) => key);
    }),
  );
  return unknown.flat();
}

interface Owner {
  /** Of the keys of its files; the group is the name by which its row knows them. */
  readonly pattern: RegExp;
  /** Which of the names in an array of JSON rows know of. */
  known(names: string): Statement;
}

const OWNERS: readonly Owner[] = [
  {
    pattern: /^clips\/([^/.]+)(?:\.[ab])?$/,
    known: (names) => sql`SELECT id AS name FROM jobs
      WHERE id IN (SELECT value FROM json_each(${names})) AND status IN ('queued', 'running')`,
  },
  {
    pattern: /^results\/([^/]+\/[^/]+)\/[\d.]+$/,
    known: (names) => sql`SELECT key || '/' || folder AS name FROM results
      WHERE key IN (SELECT substr(value, 1, instr(value, '/') - 1) FROM json_each(${names}))
      UNION SELECT result_key || '/' || folder FROM recordings
      WHERE result_key IN (SELECT substr(value, 1, instr(value, '/') - 1) FROM json_each(${names}))`,
  },
  {
    pattern: /^samples\/([^/]+)\/[^/]+\/\d+$/,
    known: (names) => sql`SELECT id AS name FROM jobs
      WHERE id IN (SELECT value FROM json_each(${names})) AND status IN ('queued', 'running')`,
  },
  {
    pattern: /^batches\/([^/]+)\//,
    known: (names) => sql`SELECT id AS name FROM batches
      WHERE id IN (SELECT value FROM json_each(${names})) AND status <> 'expired'`,
  },
  {
    pattern: /^self-test\/([^/]+)$/,
    known: () => sql`SELECT NULL AS name WHERE 0`,
  },
];

function keyed(key: string, pattern: RegExp): [key: string, name: string][] {
  const name = pattern.exec(key)?.[1];
  return name === undefined ? [] : [[key, name]];
}

async function position(database: Database): Promise<string> {
  const row = await database.first<{ after_key: string }>(
    sql`SELECT after_key FROM positions WHERE walk = 'leftovers'`,
  );
  return row?.after_key ?? "";
}

async function moveTo(database: Database, key: string): Promise<void> {
  await database.run(sql`INSERT INTO positions (walk, after_key) VALUES ('leftovers', ${key})
    ON CONFLICT (walk) DO UPDATE SET after_key = excluded.after_key`);
}
