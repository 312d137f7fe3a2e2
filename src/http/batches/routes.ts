/** /v1/batches: which there are, how one stands, its results, and its end. */
import { createRoute, type RouteHandler, z } from "@hono/zod-openapi";
import { UndertoneError } from "../../errors.ts";
import { type Batch, manifestKey } from "../../jobs/batch/batch.ts";
import { cancelBatch as cancel } from "../../jobs/batch/cancel.ts";
import { countLines, countLinesOf, type LineCounts } from "../../jobs/batch/counts.ts";
import { listBatches as listBatchRows } from "../../jobs/batch/list.ts";
import type { Platform } from "../../platform/platform.ts";
import { keyOrLink, keyWith } from "../access/access.ts";
import { readOwnBatch } from "../access/own.ts";
import { json, PROBLEM_RESPONSES } from "../answer/responses.ts";
import type { AppEnv } from "../context.ts";
import { describeBatch } from "../jobs/answer.ts";
import {
  BatchListQuerySchema,
  BatchListSchema,
  BatchSchema,
  DEFAULT_PAGE,
  LinkQuerySchema,
} from "../jobs/schemas.ts";

const params = z.object({ id: z.string() });
/** Not a literal type: what the framework takes for JSON it wants to write itself. */
export const JSONL: string = "application/jsonl";

export const listBatchesRoute = createRoute({
  method: "get",
  path: "/v1/batches",
  operationId: "listBatches",
  summary: "Lists batches, newest first",
  tags: ["jobs"],
  security: keyWith("jobs"),
  request: { query: BatchListQuerySchema },
  responses: { 200: json(BatchListSchema, "A page of batches"), ...PROBLEM_RESPONSES },
});

export const batchRoute = createRoute({
  method: "get",
  path: "/v1/batches/{id}",
  operationId: "getBatch",
  summary: "Gets a batch and its status",
  tags: ["jobs"],
  security: keyWith("jobs"),
  request: { params },
  responses: { 200: json(BatchSchema, "The batch"), ...PROBLEM_RESPONSES },
});

export const batchResultsRoute = createRoute({
  method: "get",
  path: "/v1/batches/{id}/results",
  operationId: "getBatchResults",
  summary: "Gets the result of each line of a batch",
  tags: ["jobs"],
  security: keyOrLink("jobs"),
  request: { params, query: LinkQuerySchema },
  responses: {
    200: {
      description:
        "A line for each of the batch's: `line`, `id`, `job_id`, `status`, and `result` or `problem`",
      content: { [JSONL]: { schema: { type: "string" as const } } },
    },
    ...PROBLEM_RESPONSES,
  },
});

export const cancelBatchRoute = createRoute({
  method: "post",
  path: "/v1/batches/{id}/cancel",
  operationId: "cancelBatch",
  summary: "Cancels a batch; lines that are running finish",
  tags: ["jobs"],
  security: keyWith("jobs"),
  request: { params },
  responses: { 202: json(BatchSchema, "The batch"), ...PROBLEM_RESPONSES },
});

/**
 * Answers with a page of the caller's batches.
 * @throws UndertoneError `invalid-cursor`.
 */
export function listBatches(platform: Platform): RouteHandler<typeof listBatchesRoute, AppEnv> {
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
}

/**
 * Answers with one batch and the number of its lines by status.
 * @throws UndertoneError `unknown-batch`.
 */
export function getBatch(platform: Platform): RouteHandler<typeof batchRoute, AppEnv> {
  return async (c) => {
    const batch = await readOwnBatch(platform, c, c.req.valid("param").id);
    return c.json(await describeBatchNow(platform, batch), 200);
  };
}

/**
 * Answers with the list of results of a batch that has ended.
 * @throws UndertoneError `unknown-batch`, `link-invalid`, `batch-not-done`, `job-expired`.
 */
export function getBatchResults(
  platform: Platform,
): RouteHandler<typeof batchResultsRoute, AppEnv> {
  return async (c) => {
    const batch = await readOwnBatch(platform, c, c.req.valid("param").id);
    if (batch.expiresAt === null) {
      throw new UndertoneError("batch-not-done", `Batch ${batch.id} has not ended yet.`);
    }
    const isKept = batch.expiresAt > platform.now();
    const manifest = isKept ? await platform.files.get(manifestKey(batch.id)) : null;
    if (manifest === null) {
      throw new UndertoneError(
        "job-expired",
        `The results of batch ${batch.id} were kept for their time and are gone.`,
      );
    }
    return c.body(manifest, 200, { "Content-Type": JSONL });
  };
}

/**
 * Stops a batch; one that has ended stays as it is.
 * @throws UndertoneError `unknown-batch`.
 */
export function cancelBatch(platform: Platform): RouteHandler<typeof cancelBatchRoute, AppEnv> {
  return async (c) => {
    const { id } = await readOwnBatch(platform, c, c.req.valid("param").id);
    await cancel(platform, id);
    return c.json(await describeBatchNow(platform, await readOwnBatch(platform, c, id)), 202);
  };
}

/** A batch as the API shows it, with the number of its lines by status. */
export async function describeBatchNow(platform: Platform, batch: Batch) {
  return describeBatch(batch, await countLines(platform, batch), platform.now());
}
