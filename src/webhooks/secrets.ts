/** The secrets that webhooks out are signed with, kept encrypted: they have to be used again for every attempt. */

import { newId } from "../crypto/ids.ts";
import {
  type SecretBox,
  type SecretStates,
  skipUnreadable,
  statesOf,
} from "../crypto/secret-box.ts";
import { type Database, type Statement, sql } from "../database/database.ts";
import { UndertoneError } from "../errors.ts";
import { createWebhookSecret } from "./signature.ts";

/** The public part of a secret. */
export interface SecretInfo {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** When it stops signing; `null` until it is rotated. */
  readonly expiresAt: number | null;
}

/** A new secret, and the only time that it is shown. */
export interface NewSecret extends SecretInfo {
  /** `whsec_…` */
  readonly secret: string;
}

/** The current secret and the one before it sign; receivers need hold only one of them. */
const MAX_SIGNING_SECRETS = 2;

/**
 * Makes `owner` (`null`: of jobs without one) a new secret; those before it go on signing for `overlapMs`. Without `box` it is
 * stored as it is, until the next `sealWebhookSecrets`.
 */
export async function rotateSecret(
  database: Database,
  owner: string | null,
  overlapMs: number,
  nowMs: number,
  box?: Pick<SecretBox, "seal">,
): Promise<NewSecret> {
  const id = newId("whs");
  const secret = createWebhookSecret();
  const stored = box === undefined ? secret : await box.seal(secret, placeOf(id));
  const endsAt = nowMs + overlapMs;
  await database.batch([
    sql`DELETE FROM webhook_secrets WHERE owner IS ${owner} AND expires_at <= ${nowMs}`,
    sql`UPDATE webhook_secrets SET expires_at = ${endsAt}
      WHERE owner IS ${owner} AND (expires_at IS NULL OR expires_at > ${endsAt})`,
    sql`INSERT INTO webhook_secrets (id, owner, secret, created_at)
      VALUES (${id}, ${owner}, ${stored}, ${nowMs})`,
  ]);
  return { id, secret, createdAt: nowMs, expiresAt: null };
}

/** The secrets that sign for `owner` now, the newest first; those that cannot be decrypted are left out, and doctor names them. */
export async function signingSecrets(
  database: Database,
  owner: string | null,
  nowMs: number,
  box: Pick<SecretBox, "open">,
): Promise<string[]> {
  const rows = await database.all<SecretRow>(signingRows(owner, nowMs));
  const opened = await Promise.all(
    rows.map(({ id, secret }) => box.open(secret, placeOf(id)).catch(skipUnreadable)),
  );
  return opened.filter((secret) => secret !== null);
}

interface SecretRow {
  readonly id: string;
  readonly secret: string;
}

function signingRows(owner: string | null, nowMs: number): Statement {
  return sql`SELECT id, secret FROM webhook_secrets
    WHERE owner IS ${owner} AND (expires_at IS NULL OR expires_at > ${nowMs})
    ORDER BY created_at DESC, rowid DESC LIMIT ${MAX_SIGNING_SECRETS}`;
}

function placeOf(id: string): string {
  return `webhook_secrets/${id}`;
}

/**
 * Encrypts secrets that are stored as they are, or under a key before the present one, at most `limit` of them; those that
 * cannot be decrypted stay as they are.
 */
export async function sealWebhookSecrets(
  database: Database,
  box: SecretBox,
  limit: number,
): Promise<void> {
  const prefix = await box.prefix();
  if (prefix === null) return;
  const rows = await database.all<SecretRow>(
    sql`SELECT id, secret FROM webhook_secrets
      WHERE substr(secret, 1, ${prefix.length}) <> ${prefix} LIMIT ${limit}`,
  );
  for (const { id, secret } of rows) {
    const opened = await box.open(secret, placeOf(id)).catch(skipUnreadable);
    if (opened === null) continue;
    const sealed = await box.seal(opened, placeOf(id));
    await database.run(
      sql`UPDATE webhook_secrets SET secret = ${sealed} WHERE id = ${id} AND secret = ${secret}`,
    );
  }
}

/**
 * Refuses a job whose end could not be told, for want of a signature.
 * @throws UndertoneError `no-webhook-secret`.
 */
export async function requireSigningSecret(
  database: Database,
  owner: string | null,
  nowMs: number,
): Promise<void> {
  if ((await database.first(signingRows(owner, nowMs))) !== null) return;
  throw new UndertoneError(
    "no-webhook-secret",
    "Webhooks are signed, and there is no secret to sign them with yet. POST /v1/webhook-secrets makes one.",
  );
}

/** The secrets of `owner` that sign now, without their values. */
export async function listSecrets(
  database: Database,
  owner: string | null,
  nowMs: number,
): Promise<SecretInfo[]> {
  return database.all<SecretInfo>(
    sql`SELECT id, created_at AS createdAt, expires_at AS expiresAt FROM webhook_secrets
      WHERE owner IS ${owner} AND (expires_at IS NULL OR expires_at > ${nowMs})
      ORDER BY created_at DESC, rowid DESC LIMIT ${MAX_SIGNING_SECRETS}`,
  );
}

/** How the first `limit` secrets are stored. */
export async function webhookSecretStates(
  database: Database,
  box: SecretBox,
  limit: number,
): Promise<SecretStates> {
  const rows = await database.all<SecretRow>(
    sql`SELECT id, secret FROM webhook_secrets ORDER BY id LIMIT ${limit}`,
  );
  const stored = rows.map(({ id, secret }) => ({ secret, place: placeOf(id) }));
  return await statesOf(box, stored);
}
