/** Webhooks that wait until fewer of their host's, or of their owner's, are under way. */

import { type Database, type Statement, sql } from "../database/database.ts";
import type { MessageQueue } from "../queue/messages.ts";
import type { DeliveryRow } from "./deliveries.ts";

/** A receiver that does not answer holds up this many attempts at most. */
const MAX_IN_FLIGHT_PER_HOST = 4;
/** While this many are under way, half of those that a Node server makes at once, */
const MANY_IN_FLIGHT = 128;
/** an owner begins no more than this: what one leaves unanswered holds up no other. */
const MAX_IN_FLIGHT_PER_OWNER = 32;

/** Whoever ends an attempt calls the next; this is for those whose caller died, and grows with their number. */
const WAIT_MS = 10_000;
const MAX_WAIT_MS = 600_000;

/** Of the longest waiting, so many are looked at for one that may be begun. */
const LOOKED_AT = 50;

interface CrowdContext {
  readonly database: Database;
  readonly queue: MessageQueue;
  now(): number;
}

/** SQL, true of a row of `table` while its host and its owner may have another attempt; its values are `limitsAt(now)`. */
export function withinLimits(table: string): string {
  return `(SELECT COUNT(*) FROM deliveries AS other WHERE other.host = ${table}.host
      AND other.status = 'pending' AND other.leased_until > ?) < ?
    AND ((SELECT COUNT(*) FROM deliveries AS other WHERE other.owner IS ${table}.owner
      AND other.status = 'pending' AND other.leased_until > ?) < ?
    OR (SELECT COUNT(*) FROM deliveries AS other
      WHERE other.status = 'pending' AND other.leased_until > ?) < ?)`;
}

/** The values of `withinLimits`. */
export function limitsAt(nowMs: number): number[] {
  return [
    ...[nowMs, MAX_IN_FLIGHT_PER_HOST],
    ...[nowMs, MAX_IN_FLIGHT_PER_OWNER],
    ...[nowMs, MANY_IN_FLIGHT],
  ];
}

/**
 * Puts off delivery `id`, which is due and free, without counting it as tried; gives after how many milliseconds it has
 * to be looked at again. One message of it counts from then on: others come too early.
 */
export async function putOff(
  { database, now }: CrowdContext,
  { id, host, owner }: Pick<DeliveryRow, "id" | "host" | "owner">,
  random: number,
): Promise<number> {
  const nowMs = now();
  const crowd = await database.first<{ of_host: number; of_owner: number }>(sql`SELECT
    (SELECT COUNT(*) FROM deliveries WHERE host = ${host} AND waiting_since IS NOT NULL) AS of_host,
    (SELECT COUNT(*) FROM deliveries WHERE owner IS ${owner} AND waiting_since IS NOT NULL) AS of_owner`);
  const turns = Math.max(
    1,
    (crowd?.of_host ?? 0) / MAX_IN_FLIGHT_PER_HOST,
    (crowd?.of_owner ?? 0) / MAX_IN_FLIGHT_PER_OWNER,
  );
  const waitMs = Math.min(MAX_WAIT_MS, WAIT_MS * turns) * (1 + random);
  await database.run(sql`UPDATE deliveries
    SET waiting_since = COALESCE(waiting_since, ${nowMs}), next_try_at = ${Math.ceil(nowMs + waitMs)}
    WHERE id = ${id} AND status = 'pending' AND leased_until <= ${nowMs}`);
  return waitMs;
}

/** Has the longest waiting delivery of the same host, and that of the same owner, begun now that one has ended. */
export async function callNext(
  { database, queue, now }: CrowdContext,
  { host, owner }: Pick<DeliveryRow, "host" | "owner">,
): Promise<void> {
  const nowMs = now();
  const called = new Set<string>();
  const waiting = [
    longestWaiting("host = ?", host, nowMs),
    longestWaiting("owner IS ?", owner, nowMs),
  ];
  for (const statement of waiting) {
    const next = await database.first<{ id: string }>(statement);
    if (next !== null) called.add(next.id);
  }
  for (const id of called) {
    const freed = await database.run(sql`UPDATE deliveries SET next_try_at = ${nowMs}
      WHERE id = ${id} AND waiting_since IS NOT NULL AND leased_until <= ${nowMs}`);
    if (freed === 1) await queue.send([{ kind: "delivery", id }]);
  }
}

/** Those that were called and have not begun yet are not called twice: they are due already. */
function longestWaiting(condition: string, value: string | null, nowMs: number): Statement {
  return {
    sql: `SELECT id FROM (SELECT id, host, owner FROM deliveries
        WHERE ${condition} AND waiting_since IS NOT NULL AND next_try_at > ?
        ORDER BY waiting_since LIMIT ${LOOKED_AT}) AS waiting
      WHERE ${withinLimits("waiting")} LIMIT 1`,
    values: [value, nowMs, ...limitsAt(nowMs)],
  };
}
