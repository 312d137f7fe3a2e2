/** Table `hooks`: rows in, hooks out. */
import {
  type SecretBox,
  type SecretStates,
  skipUnreadable,
  statesOf,
} from "../crypto/secret-box.ts";
import { type Database, sql } from "../database/database.ts";
import type { Hook, HookConfig } from "./hook.ts";

interface HookRow {
  readonly name: string;
  readonly owner: string | null;
  readonly config_json: string;
  readonly created_at: number;
}

/** A stored hook: its secrets in clear text, or encrypted one by one. */
type StoredConfig = HookConfig & { readonly sealedSecrets?: readonly string[] };

/** A hook without its secrets. */
export type HookInfo = Omit<Hook, "secrets"> & { readonly secretCount: number };

/** Stores a hook, its secrets as they are until the next `sealHooks`; `false` if there is one of that name already. */
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

/**
 * The hook, or `null` if there is none of that name.
 * @throws UndertoneError `secret-unreadable`.
 */
export async function readHook(
  database: Database,
  name: string,
  box: Pick<SecretBox, "open">,
): Promise<Hook | null> {
  const row = await database.first<HookRow>(sql`SELECT * FROM hooks WHERE name = ${name}`);
  if (row === null) return null;
  const { secretCount: _, ...hook } = hookOfRow(row);
  return { ...hook, secrets: await secretsOf(row, box) };
}

/** All hooks without their secrets, in order of their names. */
export async function listHooks(database: Database): Promise<HookInfo[]> {
  const rows = await database.all<HookRow>(sql`SELECT * FROM hooks ORDER BY name`);
  return rows.map(hookOfRow);
}

/**
 * Encrypts the secrets of hooks that are stored as they are, or under a key before the present one, at most `limit` hooks; those
 * that cannot be decrypted stay as they are.
 */
export async function sealHooks(database: Database, box: SecretBox, limit: number): Promise<void> {
  const prefix = await box.prefix();
  if (prefix === null) return;
  const rows = await database.all<HookRow>(sql`SELECT * FROM hooks
    WHERE substr(coalesce(json_extract(config_json, '$.sealedSecrets[0]'), ''), 1, ${prefix.length}) <> ${prefix}
    LIMIT ${limit}`);
  for (const row of rows) {
    const secrets = await secretsOf(row, box).catch(skipUnreadable);
    if (secrets === null) continue;
    const sealedSecrets = await Promise.all(
      secrets.map((secret, index) => box.seal(secret, placeOf(row, index))),
    );
    const config: StoredConfig = { ...JSON.parse(row.config_json), secrets: [], sealedSecrets };
    await database.run(sql`UPDATE hooks SET config_json = ${JSON.stringify(config)}
      WHERE name = ${row.name} AND config_json = ${row.config_json}`);
  }
}

/** The states of the secrets of the first `limit` hooks. */
export async function hookSecretStates(
  database: Database,
  box: SecretBox,
  limit: number,
): Promise<SecretStates> {
  const rows = await database.all<HookRow>(sql`SELECT * FROM hooks ORDER BY name LIMIT ${limit}`);
  const stored = rows.flatMap((row) => {
    const { secrets, sealedSecrets = secrets }: StoredConfig = JSON.parse(row.config_json);
    return sealedSecrets.map((secret, index) => ({ secret, place: placeOf(row, index) }));
  });
  return await statesOf(box, stored);
}

async function secretsOf(row: HookRow, box: Pick<SecretBox, "open">): Promise<readonly string[]> {
  const { secrets, sealedSecrets }: StoredConfig = JSON.parse(row.config_json);
  if (sealedSecrets === undefined) return secrets;
  return await Promise.all(
    sealedSecrets.map((sealed, index) => box.open(sealed, placeOf(row, index))),
  );
}

/** Another hook, or one that is made anew under the same name, has another. */
function placeOf({ name, created_at }: HookRow, index: number): string {
  return `hooks/${name}/${created_at}/${index}`;
}

/** Forgets a hook and the events it has seen; `false` if there is none of that name. */
export async function deleteHook(database: Database, name: string): Promise<boolean> {
  const [deleted] = await database.batch([
    sql`DELETE FROM hooks WHERE name = ${name}`,
    sql`DELETE FROM hook_seen_ids WHERE hook_name = ${name}`,
  ]);
  return deleted === 1;
}

function hookOfRow({ name, owner, config_json, created_at }: HookRow): HookInfo {
  const { secrets, sealedSecrets, ...config }: StoredConfig = JSON.parse(config_json);
  const { length: secretCount } = sealedSecrets ?? secrets;
  return { ...config, secretCount, name, owner, createdAt: created_at };
}
