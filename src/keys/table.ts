/** Tables `api_keys` and `key_homes`: who may ask for what, how often, and in which region. */

import { timingSafeEqual } from "../crypto/timing-safe.ts";
import { type Database, sql } from "../database/database.ts";
import { createToken, type ParsedToken } from "./token.ts";

/** The scopes of keys; `self-test` and `metrics` are for who operates the service. */
export const SCOPES = ["features", "jobs", "speakers", "self-test", "metrics"] as const;
export type Scope = (typeof SCOPES)[number];

/** A key, without its token. */
export interface ApiKey {
  readonly id: string;
  /** Keys of one owner see the same jobs. */
  readonly owner: string;
  readonly scopes: readonly Scope[];
  readonly requestsPerMinute: number;
  /** The region that it is bound to; `null` for none. */
  readonly home: string | null;
  readonly createdAt: number;
  readonly revokedAt: number | null;
}

/** The columns of a new key. */
export type KeyRequest = Pick<ApiKey, "scopes" | "requestsPerMinute"> & {
  /** The key's own id if left out. */
  readonly owner?: string | undefined;
  /** The region that it is bound to, none if left out. */
  readonly home?: string | undefined;
};

interface KeyRow {
  readonly id: string;
  readonly owner: string;
  readonly token_sha256: string;
  readonly scopes: string;
  readonly requests_per_minute: number;
  readonly home: string | null;
  readonly created_at: number;
  readonly revoked_at: number | null;
}

/** Makes a key; its token is in the answer and nowhere else. */
export async function createKey(
  database: Database,
  { owner, scopes, requestsPerMinute, home: wantedHome }: KeyRequest,
  now: number,
): Promise<{ readonly key: ApiKey; readonly token: string }> {
  const { token, keyId, home, tokenSha256 } = await createToken(wantedHome);
  const insert = sql`INSERT INTO api_keys
    (id, owner, token_sha256, scopes, requests_per_minute, created_at)
    VALUES (${keyId}, ${owner ?? keyId}, ${tokenSha256}, ${scopes.join(",")}, ${requestsPerMinute}, ${now})`;
  const bind = sql`INSERT INTO key_homes (key_id, home) VALUES (${keyId}, ${home})`;
  await database.batch(home === null ? [insert] : [insert, bind]);
  const key = {
    id: keyId,
    owner: owner ?? keyId,
    scopes,
    requestsPerMinute,
    home,
    createdAt: now,
    revokedAt: null,
  };
  return { key, token };
}

/** The key whose token was given; `null` if there is none, or it was revoked. */
export async function findKey(
  database: Pick<Database, "first">,
  given: ParsedToken,
): Promise<ApiKey | null> {
  const row = await database.first<KeyRow>(sql`SELECT api_keys.*, home
    FROM api_keys LEFT JOIN key_homes ON key_id = id WHERE id = ${given.keyId}`);
  // Compared even where there is no row, so that the time says nothing about which ids there are.
  const isRight = timingSafeEqual(row?.token_sha256 ?? "-".repeat(64), given.tokenSha256);
  return row !== null && isRight && row.revoked_at === null ? keyOfRow(row) : null;
}

/** True if any key exists. */
export async function hasKeys(database: Database): Promise<boolean> {
  return (
    (await database.first(sql`SELECT 1 FROM api_keys WHERE revoked_at IS NULL LIMIT 1`)) !== null
  );
}

/** Every key there ever was, oldest first. */
export async function listKeys(database: Database): Promise<ApiKey[]> {
  const rows = await database.all<KeyRow>(sql`SELECT api_keys.*, home
    FROM api_keys LEFT JOIN key_homes ON key_id = id ORDER BY created_at, id`);
  return rows.map(keyOfRow);
}

/** Makes a key good for nothing, once nobody remembers it any more (remembered.ts); `false` if there is no such key in use. */
export async function revokeKey(database: Database, id: string, now: number): Promise<boolean> {
  const revoked = await database.run(
    sql`UPDATE api_keys SET revoked_at = ${now} WHERE id = ${id} AND revoked_at IS NULL`,
  );
  return revoked === 1;
}

function keyOfRow(row: KeyRow): ApiKey {
  return {
    id: row.id,
    owner: row.owner,
    scopes: SCOPES.filter((scope) => row.scopes.split(",").includes(scope)),
    requestsPerMinute: row.requests_per_minute,
    home: row.home,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
  };
}
