/** The secrets that webhooks out are signed with, kept as they are: they have to be used again for every attempt. */

import { newId } from "../crypto/ids.ts";
import { type Database, sql } from "../database/database.ts";
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

/** Makes `owner` (`null`: of jobs without one) a new secret; those before it go on signing for `overlapMs`. */
export async function rotateSecret(
  database: Database,
  owner: string | null,
  overlapMs: number,
  nowMs: number,
): Promise<NewSecret> {
  const id = newId("whs");
  const secret = createWebhookSecret();
  const endsAt = nowMs + overlapMs;
  await database.batch([
    sql`DELETE FROM webhook_secrets WHERE owner IS ${owner} AND expires_at <= ${nowMs}`,
    sql`UPDATE webhook_secrets SET expires_at = ${endsAt}
      WHERE owner IS ${owner} AND (expires_at IS NULL OR expires_at > ${endsAt})`,
    sql`INSERT INTO webhook_secrets (id, owner, secret, created_at)
      VALUES (${id}, ${owner}, ${secret}, ${nowMs})`,
  ]);
  return { id, secret, createdAt: nowMs, expiresAt: null };
}

/** The secrets that sign for `owner` now, the newest first; none before the first is made. */
export async function signingSecrets(
  database: Database,
  owner: string | null,
  nowMs: number,
): Promise<string[]> {
  const rows = await database.all<{ secret: string }>(
    sql`SELECT secret FROM webhook_secrets
      WHERE owner IS ${owner} AND (expires_at IS NULL OR expires_at > ${nowMs})
      ORDER BY created_at DESC, rowid DESC LIMIT ${MAX_SIGNING_SECRETS}`,
  );
  return rows.map(({ secret }) => secret);
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
  const secrets = await signingSecrets(database, owner, nowMs);
  if (secrets.length > 0) return;
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
