/** Deliveries on a real database and real HTTP, with a clock that jumps to whatever is due next. */

import { createSecretBox } from "../../../src/crypto/secret-box.ts";
import { sql } from "../../../src/database/database.ts";
import { openSqliteDatabase } from "../../../src/database/sqlite.ts";
import type { SendRequest } from "../../../src/outbound/send.ts";
import { nodeSend } from "../../../src/outbound/send-node.ts";
import type { Message, MessageQueue } from "../../../src/queue/messages.ts";
import { type DeliveryOptions, deliver } from "../../../src/webhooks/deliver.ts";
import { listDeliveries } from "../../../src/webhooks/delivery-log.ts";
import { resendDue } from "../../../src/webhooks/resend-due.ts";

const MIGRATIONS = new URL("../../../migrations", import.meta.url).pathname;
const LONGEST_QUEUE_DELAY_SECONDS = 12 * 3600;
const SWEEP_MS = 60_000;

/** A minute of the year 2026 in which every test begins. */
export const START_MS = Date.UTC(2026, 0, 15, 12);

/** A delivery to be made. */
export interface PlannedDelivery {
  readonly id?: string;
  readonly url: string;
  readonly owner?: string | null;
}

/** Starts with an empty database; `options` are passed to every attempt. */
export function openOutbox(
  options: DeliveryOptions = {},
  send: SendRequest = nodeSend({ allowPrivate: true }),
) {
  const database = openSqliteDatabase(":memory:", MIGRATIONS);
  const clock = { nowMs: START_MS };
  const waiting: { message: Message; dueAtMs: number }[] = [];
  const queue: MessageQueue = {
    async send(messages, { delaySeconds = 0 } = {}) {
      if (delaySeconds > LONGEST_QUEUE_DELAY_SECONDS) throw new Error("beyond the queue's limit");
      const dueAtMs = clock.nowMs + delaySeconds * 1000;
      waiting.push(...messages.map((message) => ({ message, dueAtMs })));
    },
  };
  const secrets = createSecretBox([]);
  const context = { database, queue, send, secrets, now: () => clock.nowMs };
  const attempt = (id: string) => deliver(context, id, { random: () => 0, ...options });
  return {
    ...context,
    clock,
    waiting,
    attempt,
    async plan({ id = "msg_job_1", url, owner = "acme" }: PlannedDelivery): Promise<string> {
      await database.run(sql`INSERT INTO deliveries
        (id, subject_id, owner, url, host, payload, status, created_at, next_try_at)
        VALUES (${id}, ${id.replace("msg_", "")}, ${owner}, ${url}, ${new URL(url).host},
          '{"type":"job.done"}', 'pending', ${clock.nowMs}, ${clock.nowMs})`);
      await queue.send([{ kind: "delivery", id }]);
      return id;
    },
    /** Jumps from message to message and from sweep to sweep until nothing is pending. */
    async runToEnd(): Promise<void> {
      while (await isPending()) {
        waiting.sort((a, b) => a.dueAtMs - b.dueAtMs);
        const next = waiting[0];
        if (next !== undefined && next.dueAtMs <= clock.nowMs + SWEEP_MS) {
          waiting.shift();
          clock.nowMs = Math.max(clock.nowMs, next.dueAtMs);
          await attempt(next.message.id);
        } else {
          clock.nowMs += SWEEP_MS;
          await resendDue(database, queue, clock.nowMs);
        }
      }
    },
    async recordOf(id: string) {
      const [record] = await listDeliveries(database, id.replace("msg_", ""));
      if (record === undefined) throw new Error(`no delivery ${id}`);
      return record;
    },
    close: () => database.close(),
  };

  async function isPending(): Promise<boolean> {
    return (await database.first(sql`SELECT 1 FROM deliveries WHERE status = 'pending'`)) !== null;
  }
}

export type Outbox = ReturnType<typeof openOutbox>;
