/**
 * Delivers webhooks: an attempt when one is due, its record, and the time of the next. Long because a lease passes
 * through every step.
 */

import { newId } from "../crypto/ids.ts";
import type { SecretBox } from "../crypto/secret-box.ts";
import { type Database, sql } from "../database/database.ts";
import type { SendRequest } from "../outbound/send.ts";
import type { MessageQueue } from "../queue/messages.ts";
import { unlessStopped } from "../queue/stopping.ts";
import { type AttemptOutcome, type AttemptResult, attemptWebhook } from "./attempt.ts";
import { callNext, limitsAt, putOff, withinLimits } from "./crowd.ts";
import type { DeliveryRow } from "./deliveries.ts";
import { nextAttemptAt } from "./schedule.ts";
import { signingSecrets } from "./secrets.ts";

/** The services of a runtime that deliveries use. */
export interface DeliveryContext {
  readonly database: Database;
  readonly queue: MessageQueue;
  /** Encrypts and decrypts what signs. */
  readonly secrets: SecretBox;
  /** Requests URLs given by users. */
  readonly send: SendRequest;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Options of an attempt. */
export interface DeliveryOptions {
  /** Once it is aborted the attempt is not waited for, and another process makes the next at once. */
  readonly stopping?: AbortSignal | undefined;
  /** At least 0 and below 1. */
  readonly random?: () => number;
  /** The most milliseconds until a receiver answers. */
  readonly timeoutMs?: number;
}

const ATTEMPT_TIMEOUT_MS = 15_000;

/** An attempt whose consumer died is made again after this: longer than any attempt and its record take. */
const LEASE_MS = 60_000;

/** Longer delays no queue of Cloudflare's takes; `resendDue` finds those deliveries when their time has come. */
const MAX_DELAY_SECONDS = 12 * 3600;

/** A message may come this much before its time, as clocks go. */
const EARLY_MS = 1000;

/**
 * Makes the attempt that delivery `id` is due for, and puts the next one into the queue. A message that comes twice, too
 * early, or for a delivery that is over, does nothing, and gives `null`.
 */
export async function deliver(
  context: DeliveryContext,
  id: string,
  { random = Math.random, timeoutMs = ATTEMPT_TIMEOUT_MS, stopping }: DeliveryOptions = {},
): Promise<AttemptOutcome | null> {
  const { database, send, now } = context;
  const startedAtMs = now();
  const begun = await begin(database, id, startedAtMs);
  if (begun === null) {
    await waitInCrowd(context, id, random());
    return null;
  }
  const secrets = await signingSecrets(database, begun.owner, startedAtMs, context.secrets);
  const message = { id, url: begun.url, body: begun.payload, secrets };
  const attempted = attemptWebhook(message, send, { nowMs: startedAtMs, timeoutMs });
  const result = await unlessStopped(attempted, stopping).catch(() => null);
  if (result === null) {
    await giveBack(context, begun);
    return null;
  }
  const endedAtMs = now();
  const isOver = result.outcome === "delivered" || result.outcome === "gone";
  const attempt = { attempts: begun.tries, endedAtMs, retryAfterMs: result.retryAfterMs };
  const nextAtMs = isOver ? null : nextAttemptAt(attempt, random());
  await record(database, begun, { ...result, startedAtMs, endedAtMs, nextAtMs });
  if (nextAtMs !== null) await enqueue(context, id, nextAtMs - endedAtMs);
  await callNext(context, begun);
  return result.outcome;
}

/** A delivery whose attempt number `tries` is this process's to make. */
type BegunDelivery = DeliveryRow & { readonly lease_token: string };

/**
 * Takes the delivery if it is due, nobody else has it and its host and owner may have another, else gives `null`. The attempt is written
 * down before it is made, so that one whose process dies is known of.
 */
async function begin(database: Database, id: string, nowMs: number): Promise<BegunDelivery | null> {
  const token = newId("lease");
  await database.batch([
    sql`UPDATE deliveries SET status = 'disabled', next_try_at = NULL, waiting_since = NULL
      WHERE id = ${id} AND status = 'pending' AND EXISTS (SELECT 1 FROM disabled_endpoints
        WHERE owner = COALESCE(deliveries.owner, '') AND url = deliveries.url)`,
    {
      sql: `UPDATE deliveries
        SET tries = tries + 1, lease_token = ?, leased_until = ?, waiting_since = NULL
        WHERE id = ? AND status = 'pending' AND next_try_at <= ? AND leased_until <= ?
          AND ${withinLimits("deliveries")}`,
      values: [token, nowMs + LEASE_MS, id, nowMs + EARLY_MS, nowMs, ...limitsAt(nowMs)],
    },
    sql`INSERT INTO delivery_attempts (delivery_id, number, started_at, outcome)
      SELECT id, tries, ${nowMs}, 'unfinished' FROM deliveries WHERE lease_token = ${token}`,
  ]);
  return database.first<BegunDelivery>(
    sql`SELECT * FROM deliveries WHERE id = ${id} AND lease_token = ${token}`,
  );
}

/** A delivery that is due and free was left only because of the crowd: it waits, without counting as tried. */
async function waitInCrowd(context: DeliveryContext, id: string, random: number): Promise<void> {
  const nowMs = context.now();
  const waiting = await context.database.first<DeliveryRow>(
    sql`SELECT * FROM deliveries WHERE id = ${id} AND status = 'pending'
      AND next_try_at <= ${nowMs + EARLY_MS} AND leased_until <= ${nowMs}`,
  );
  if (waiting !== null) await enqueue(context, id, await putOff(context, waiting, random));
}

/** Lets another process make the next attempt at once: this one, which stays on record as unfinished, may have arrived. */
async function giveBack(
  { database, queue }: DeliveryContext,
  { id, lease_token }: BegunDelivery,
): Promise<void> {
  await database.run(
    sql`UPDATE deliveries SET lease_token = NULL, leased_until = 0
      WHERE id = ${id} AND lease_token = ${lease_token}`,
  );
  await queue.send([{ kind: "delivery", id }]);
}

interface EndedAttempt extends AttemptResult {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly nextAtMs: number | null;
}

/** Writes down how the attempt ended, and what follows from it. */
async function record(
  database: Database,
  { id, tries, owner, url, lease_token }: BegunDelivery,
  { outcome, responseStatus, startedAtMs, endedAtMs, nextAtMs }: EndedAttempt,
): Promise<void> {
  const status = nextAtMs === null ? (FINAL_STATUS[outcome] ?? "exhausted") : "pending";
  const disable = sql`INSERT OR IGNORE INTO disabled_endpoints (owner, url, disabled_at)
    VALUES (${owner ?? ""}, ${url}, ${endedAtMs})`;
  await database.batch([
    sql`UPDATE delivery_attempts SET outcome = ${outcome}, response_status = ${responseStatus},
      duration_ms = ${endedAtMs - startedAtMs} WHERE delivery_id = ${id} AND number = ${tries}`,
    sql`UPDATE deliveries SET status = ${status}, next_try_at = ${nextAtMs},
      lease_token = NULL, leased_until = 0 WHERE id = ${id} AND lease_token = ${lease_token}`,
    ...(outcome === "gone" ? [disable] : []),
  ]);
}

const FINAL_STATUS: Partial<Record<AttemptResult["outcome"], DeliveryRow["status"]>> = {
  delivered: "delivered",
  gone: "disabled",
};

/** Asks for another look at the delivery after so long, unless no queue can wait that long. */
async function enqueue({ queue }: DeliveryContext, id: string, delayMs: number): Promise<void> {
  const delaySeconds = Math.max(0, delayMs / 1000);
  if (delaySeconds <= MAX_DELAY_SECONDS) {
    await queue.send([{ kind: "delivery", id }], { delaySeconds });
  }
}
