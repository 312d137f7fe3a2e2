/** Messages in table `messages`, for runtimes without a queue: each stays there until it is done, whoever dies. */

import { newId } from "../crypto/ids.ts";
import { type Database, sql } from "../database/database.ts";
import {
  type Message,
  type MessageQueue,
  type Outcome,
  type QueueName,
  queueOf,
} from "./messages.ts";

/** The parts of a queue in a database. */
export interface QueueParts {
  readonly database: Database;
  /** Milliseconds since 1970. */
  now(): number;
}

/** The rules by which messages are given out. */
export interface ConsumerRules {
  /** A message whose consumer has said nothing for so long is given to another. */
  readonly leaseMs: number;
  /** A message that failed so often is dead. */
  readonly maxTries: number;
}

/** A consumer of messages. */
export interface Consumer {
  /** Once `stopping` is aborted, it gives back what it holds, and settles soon. */
  consume(message: Message, stopping?: AbortSignal): Promise<Outcome>;
  /** Takes a message that failed too often. */
  bury(message: Message): Promise<Outcome>;
}

interface HeldMessage {
  readonly id: number;
  readonly message: Message;
  readonly tries: number;
  readonly token: string;
}

/** The sending side. */
export function sqliteQueue({ database, now }: QueueParts): MessageQueue {
  return {
    async send(messages, { delaySeconds = 0 } = {}) {
      const visibleAt = Math.ceil(now() + delaySeconds * 1000);
      const rows = JSON.stringify(messages.map((message) => [queueOf(message), message]));
      await database.run(sql`INSERT INTO messages (queue, body_json, visible_at)
        SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), ${visibleAt} FROM json_each(${rows})`);
    },
  };
}

/** A message that a consumer works on. */
export interface BegunMessage {
  /** Settles when it is done with, or to be given again. */
  readonly settled: Promise<void>;
}

/**
 * Gives the next due message of a queue to the consumer, and settles it when the consumer is done; `null` if none is due. An
 * error of the consumer counts as a failed try.
 */
export async function beginNext(
  parts: QueueParts,
  queue: QueueName,
  rules: ConsumerRules,
  consumer: Consumer,
  stopping?: AbortSignal,
): Promise<BegunMessage | null> {
  const held = await takeMessage(parts, queue, rules.leaseMs);
  return held && { settled: work(parts, held, rules, consumer, stopping) };
}

async function work(
  parts: QueueParts,
  held: HeldMessage,
  { leaseMs, maxTries }: ConsumerRules,
  consumer: Consumer,
  stopping: AbortSignal | undefined,
): Promise<void> {
  let outcome: Outcome;
  try {
    const isDead = held.tries > maxTries;
    outcome = await (isDead
      ? consumer.bury(held.message)
      : consumer.consume(held.message, stopping));
  } catch {
    outcome = { kind: "retry", delaySeconds: leaseMs / 1000 };
  }
  await settle(parts, held, outcome);
}

async function takeMessage(
  { database, now }: QueueParts,
  queue: QueueName,
  leaseMs: number,
): Promise<HeldMessage | null> {
  const token = newId("lease");
  const [row] = await database.all<{ id: number; body_json: string; tries: number }>(sql`
    UPDATE messages SET lease_token = ${token}, visible_at = ${now() + leaseMs}, tries = tries + 1
    WHERE id = (SELECT id FROM messages WHERE queue = ${queue} AND visible_at <= ${now()}
      ORDER BY visible_at, id LIMIT 1)
    RETURNING id, body_json, tries`);
  return row === undefined
    ? null
    : { id: row.id, message: JSON.parse(row.body_json), tries: row.tries, token };
}

async function settle(
  { database, now }: QueueParts,
  { id, token }: HeldMessage,
  outcome: Outcome,
): Promise<void> {
  await database.run(
    outcome.kind === "done"
      ? sql`DELETE FROM messages WHERE id = ${id} AND lease_token = ${token}`
      : sql`UPDATE messages SET visible_at = ${Math.ceil(now() + outcome.delaySeconds * 1000)}, lease_token = NULL
          WHERE id = ${id} AND lease_token = ${token}`,
  );
}
