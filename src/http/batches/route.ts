/** /v1/batches: which there are, how one stands, its results, and its end. */

import { z } from "@hono/zod-openapi";
import { cancelBatch as cancel } from "../../jobs/batch/cancel.ts";
import { countLinesOf, type LineCounts } from "../../jobs/batch/counts.ts";
import { listBatches as listBatchRows } from "../../jobs/batch/list.ts";
import { keyWith } from "../access/access.ts";
import { readOwnBatch } from "../access/own.ts";
import { DEFAULT_PAGE } from "../answer/pages.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { listDeliveriesOf, redeliverOf } from "../webhooks/deliveries.ts";
import { describeBatch, describeBatchNow } from "./answer.ts";
import { getBatchResults } from "./results.ts";
import { BatchListQuerySchema, BatchListSchema, BatchSchema } from "./schema.ts";
import { submitBatch } from "./submit.ts";

const params = z.object({ id: z.string() });
/**
 * Answers with a page of the caller's batches.
 * @throws UndertoneError `invalid-cursor`.
 */
export const listBatches = endpoint({
  route: {
    method: "get",
    path: "/v1/batches",
    operationId: "listBatches",
    summary: "Lists batches, newest first",
    tags: ["jobs"],
    request: { query: BatchListQuerySchema },
    responses: { 200: json(BatchListSchema, "A page of batches"), ...PROBLEM_RESPONSES },
  },
  scope: keyWith("jobs"),
  handle(platform) {
    return async (c) => {
      const { status, cursor, limit = DEFAULT_PAGE } = c.req.valid("query");
      const owner = c.get("caller")?.owner ?? null;
      const page = await listBatchRows(platform, { owner, status, cursor, limit });
      const counts = await countLinesOf(platform, page.items);
      const batches = page.items.map((batch, index) =>
        describeBatch(batch, counts[index] as LineCounts, platform.now()),
      );
      return c.json({ batches, next_cursor: page.nextCursor }, 200);
    };
  },
});

/**
 * Answers with one batch and the number of its lines by status.
 * @throws UndertoneError `unknown-batch`.
 */
export const getBatch = endpoint({
  route: {
    method: "get",
    path: "/v1/batches/{id}",
    operationId: "getBatch",
    summary: "Gets a batch and its status",
    tags: ["jobs"],
    request: { params },
    responses: { 200: json(BatchSchema, "The batch"), ...PROBLEM_RESPONSES },
  },
  scope: keyWith("jobs"),
  handle(platform) {
    return async (c) => {
      const batch = await readOwnBatch(platform, c, c.req.valid("param").id);
      return c.json(await describeBatchNow(platform, batch), 200);
    };
  },
});

/**
 * Stops a batch; one that has ended stays as it is.
 * @throws UndertoneError `unknown-batch`.
 */
export const cancelBatch = endpoint({
  route: {
    method: "post",
    path: "/v1/batches/{id}/cancel",
    operationId: "cancelBatch",
    summary: "Cancels a batch; lines that are running finish",
    tags: ["jobs"],
    request: { params },
    responses: { 202: json(BatchSchema, "The batch"), ...PROBLEM_RESPONSES },
  },
  scope: keyWith("jobs"),
  handle(platform) {
    return async (c) => {
      const { id } = await readOwnBatch(platform, c, c.req.valid("param").id);
      await cancel(platform, id);
      return c.json(await describeBatchNow(platform, await readOwnBatch(platform, c, id)), 202);
    };
  },
});

/** /v1/batches. */
export const batches: readonly Endpoint[] = [
  submitBatch,
  listBatches,
  getBatch,
  getBatchResults,
  cancelBatch,
  listDeliveriesOf("batches", "listBatchDeliveries", readOwnBatch),
  redeliverOf("batches", "redeliverBatchWebhook", readOwnBatch),
];
