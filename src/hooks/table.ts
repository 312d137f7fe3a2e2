/** Table `hooks`: rows in, hooks out. */
import { type Database, sql } from "../database/database.ts";
import type { Hook, HookConfig } from "./hook.ts";

interface HookRow {
  readonly name: string;
  readonly owner: string | null;
  readonly config_json: string;
  readonly created_at: number;
}

/** Stores a hook; `false` if there is one of that name already. */
export async function insertHook(
  database: Database,
  { name, owner, createdAt, ...config }: Hook,
): Promise<boolean> {
  const inserted = await database.run(
    sql`INSERT OR IGNORE INTO hooks (name, owner, config_json, created_at)
      VALUES (${name}, ${owner}, ${JSON.stringify(config satisfies HookConfig)}, ${createdAt})`,
  );
  return inserted === 1;
}

/** The hook, or `null` if there is none of that name. */
export async function readHook(database: Database, name: string): Promise<Hook | null> {
  const row = await database.first<HookRow>(sql`SELECT * FROM hooks WHERE name = ${name}`);
  return row === null ? null : hookOfRow(row);
}

/** All hooks, in order of their names. */
export async function listHooks(database: Database): Promise<Hook[]> {
  const rows = await database.all<HookRow>(sql`SELECT * FROM hooks ORDER BY name`);
  return rows.map(hookOfRow);
}

/** Forgets a hook and the events it has seen; `false` if there is none of that name. */
export async function deleteHook(database: Database, name: string): Promise<boolean> {
  const [deleted] = await database.batch([
    sql`DELETE FROM hooks WHERE name = ${name}`,
    sql`DELETE FROM hook_seen_ids WHERE hook_name = ${name}`,
  ]);
  return deleted === 1;
}

function hookOfRow({ name, owner, config_json, created_at }: HookRow): Hook {
  return { ...(JSON.parse(config_json) as HookConfig), name, owner, createdAt: created_at };
}
