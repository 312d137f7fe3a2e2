/** Schemas of requests for batches, and of their answers. */
import { z } from "@hono/zod-openapi";
import { BATCH_STATUSES } from "../../jobs/batch/batch.ts";
import { oneOf, wholeNumber } from "../../tasks/options/schema.ts";
import { listQuery, nextCursor, time } from "../answer/pages.ts";
import { LinkQuerySchema } from "../jobs/schema.ts";
import { MAX_BATCH_LINES } from "./lines.ts";

/** Not a literal type: what the framework takes for JSON it wants to write itself. */
export const JSONL: string = "application/jsonl";

/** The media type of Apache Parquet, as IANA has it. */
export const PARQUET: string = "application/vnd.apache.parquet";

/** The query of GET /v1/batches. */
export const BatchListQuerySchema = listQuery("batches", BATCH_STATUSES);

/** One batch. */
export const BatchSchema = z
  .object({
    id: z.string(),
    status: z.enum(BATCH_STATUSES),
    created_at: time(),
    finished_at: time().nullable(),
    expires_at: time().nullable(),
    lines: z.number().int(),
    counts: z
      .object({
        queued: z.number().int(),
        running: z.number().int(),
        done: z.number().int(),
        failed: z.number().int(),
        cancelled: z.number().int(),
      })
      .describe("Number of lines with each status."),
    options: z.record(z.string(), z.string()),
    metadata: z.unknown(),
    callback_url: z.string().nullable(),
    results_url: z
      .string()
      .nullable()
      .describe("The path of the results, once the batch has ended."),
  })
  .openapi("Batch");

/** A page of GET /v1/batches. */
export const BatchListSchema = z
  .object({
    batches: z.array(BatchSchema),
    next_cursor: nextCursor(),
  })
  .openapi("BatchList");

/** The query of GET /v1/batches/:id/results. */
export const BatchResultsQuerySchema = LinkQuerySchema.extend({
  format: oneOf(["jsonl", "parquet"])
    .optional()
    .describe(
      "jsonl: where the result of each line is; parquet: the results themselves. Default: what Accept likes best, else jsonl.",
    ),
  first: wholeNumber(1, MAX_BATCH_LINES)
    .optional()
    .describe("Of parquet: the first line that is given a row. Default: 1."),
  last: wholeNumber(1, MAX_BATCH_LINES)
    .optional()
    .describe("Of parquet: the last line that is given a row. Default: that of the batch."),
});
