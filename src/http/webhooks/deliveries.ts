/** GET /v1/jobs/:id/deliveries, and trying one again; the same of batches. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { UndertoneError } from "../../errors.ts";
import type { Platform } from "../../platform/platform.ts";
import { type DeliveryRecord, listDeliveries, redeliver } from "../../webhooks/delivery-log.ts";
import { keyWith } from "../access/access.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import type { AppEnv } from "../context.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { DeliveryListSchema, DeliverySchema } from "./schema.ts";

/** The collection that webhooks are about. */
type Collection = "jobs" | "batches";

/** Settles if the caller may see the job or batch, and throws if not. */
export type RequireSubject = (
  platform: Platform,
  c: Context<AppEnv>,
  id: string,
) => Promise<unknown>;

/** Lists the webhooks about a job or batch that the caller may see, as `listJobDeliveries`. */
export function listDeliveriesOf(
  collection: Collection,
  operationId: string,
  requireSubject: RequireSubject,
): Endpoint {
  return endpoint({
    route: {
      method: "get",
      path: `/v1/${collection}/{id}/deliveries`,
      operationId,
      summary: "Lists webhooks with every delivery attempt",
      tags: ["webhooks"],
      request: { params: z.object({ id: z.string() }) },
      responses: { 200: json(DeliveryListSchema, "Its webhooks"), ...PROBLEM_RESPONSES },
    },
    scope: keyWith("jobs"),
    handle: (platform) => async (c) => {
      const { id } = c.req.valid("param");
      await requireSubject(platform, c, id);
      const records = await listDeliveries(platform.database, id);
      return c.json({ deliveries: records.map(describeDelivery) }, 200);
    },
  });
}

/**
 * Puts a webhook into the queue once more.
 * @throws UndertoneError `unknown-delivery`, when it is called.
 */
export function redeliverOf(
  collection: Collection,
  operationId: string,
  requireSubject: RequireSubject,
): Endpoint {
  return endpoint({
    route: {
      method: "post",
      path: `/v1/${collection}/{id}/deliveries/{delivery}/redeliver`,
      operationId,
      summary: "Sends a webhook again",
      tags: ["webhooks"],
      request: { params: z.object({ id: z.string(), delivery: z.string() }) },
      responses: { 202: json(DeliverySchema, "It will be tried"), ...PROBLEM_RESPONSES },
    },
    scope: keyWith("jobs"),
    handle: (platform) => async (c) => {
      const { database, queue, now } = platform;
      const { id, delivery } = c.req.valid("param");
      await requireSubject(platform, c, id);
      await redeliver(database, queue, { subjectId: id, id: delivery, nowMs: now() });
      const records = await listDeliveries(database, id);
      const record = records.find(({ row }) => row.id === delivery);
      if (record === undefined) throw unknownDelivery(id, delivery);
      return c.json(describeDelivery(record), 202);
    },
  });
}

function describeDelivery({ row, attempts }: DeliveryRecord): z.input<typeof DeliverySchema> {
  return {
    id: row.id,
    url: row.url,
    status: row.status,
    created_at: new Date(row.created_at).toISOString(),
    next_attempt_at: row.next_try_at === null ? null : new Date(row.next_try_at).toISOString(),
    attempts: attempts.map((attempt) => ({
      number: attempt.number,
      started_at: new Date(attempt.startedAt).toISOString(),
      duration_ms: attempt.durationMs,
      outcome: attempt.outcome,
      response_status: attempt.responseStatus,
    })),
  };
}

function unknownDelivery(id: string, delivery: string): UndertoneError {
  return new UndertoneError(
    "unknown-delivery",
    `${id} has no webhook ${delivery}. Its list of deliveries has those there are.`,
  );
}
