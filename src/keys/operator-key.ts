/** The key that the operator of a Node server has chosen: `API_KEY`. */
import { type Database, sql } from "../database/database.ts";
import { UndertoneError } from "../errors.ts";
import { findKey, SCOPES } from "./table.ts";
import { type ParsedToken, parseToken } from "./token.ts";

/** The owner of its jobs, whichever key it is; `undertone key create` takes no name with a colon. */
const OWNER = "env:API_KEY";
const REQUESTS_PER_MINUTE = 600;

/**
 * Has `token` be a key with all scopes, in place of the one that was chosen before; null removes that.
 * @throws UndertoneError `key-invalid` if the token was revoked, or its id is that of another key
 */
export async function keepOperatorKey(
  database: Database,
  token: string | null,
  now: number,
): Promise<void> {
  const given = token === null ? null : await parseToken(token);
  await database.run(
    sql`DELETE FROM api_keys WHERE owner = ${OWNER} AND token_sha256 <> ${given?.tokenSha256 ?? ""}`,
  );
  if (given === null) return;
  await insert(database, given, now);
  if ((await findKey(database, given)) !== null) return;
  throw new UndertoneError(
    "key-invalid",
    `API_KEY was revoked, or another key has its id ${given.keyId}: choose another one and start again.`,
  );
}

/** One that is there already gets the scopes that have been added since. */
async function insert(database: Database, given: ParsedToken, now: number): Promise<void> {
  const { keyId, tokenSha256 } = given;
  await database.run(sql`INSERT INTO api_keys
    (id, owner, token_sha256, scopes, requests_per_minute, created_at)
    VALUES (${keyId}, ${OWNER}, ${tokenSha256}, ${SCOPES.join(",")}, ${REQUESTS_PER_MINUTE}, ${now})
    ON CONFLICT (id) DO UPDATE
      SET scopes = excluded.scopes, requests_per_minute = excluded.requests_per_minute
      WHERE owner = excluded.owner AND token_sha256 = excluded.token_sha256`);
}
