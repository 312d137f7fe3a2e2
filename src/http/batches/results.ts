/** GET /v1/batches/:id/results: where the results of a batch are, or the results themselves as a Parquet file. */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { UndertoneError } from "../../errors.ts";
import { type Batch, manifestKey } from "../../jobs/batch/batch.ts";
import { surveyBatch } from "../../jobs/batch/parquet/survey.ts";
import type { LineRange } from "../../jobs/batch/parts.ts";
import type { Platform } from "../../platform/platform.ts";
import { invalidOption } from "../../tasks/options/errors.ts";
import { keyOrLink } from "../access/access.ts";
import { readOwnBatch } from "../access/own.ts";
import { PROBLEM_RESPONSES } from "../answer/responses.ts";
import { streamParts } from "../answer/stream.ts";
import type { AppEnv } from "../context.ts";
import { endpoint } from "../endpoint.ts";
import { FILE } from "../request/clip-body.ts";
import { prefers } from "../request/negotiate.ts";
import { BatchResultsQuerySchema, JSONL, PARQUET } from "./schema.ts";

/**
 * Answers with the results of a batch that has ended.
 * @throws UndertoneError `unknown-batch`, `link-invalid`, `batch-not-done`, `job-expired`, `overloaded`; `invalid-option` for
 *   lines that the batch does not have, or that are too much for one file.
 */
export const getBatchResults = endpoint({
  route: {
    method: "get",
    path: "/v1/batches/{id}/results",
    operationId: "getBatchResults",
    summary: "Gets the result of each line of a batch",
    tags: ["jobs"],
    request: { params: z.object({ id: z.string() }), query: BatchResultsQuerySchema },
    responses: {
      200: {
        description:
          "A line for each of the batch's: `line`, `id`, `job_id`, `status`, and `result` or `problem`; or a Parquet file of a row for each, with columns of what was computed",
        content: {
          [JSONL]: { schema: { type: "string" as const } },
          [PARQUET]: { schema: FILE },
        },
      },
      ...PROBLEM_RESPONSES,
    },
  },
  scope: keyOrLink("jobs"),
  handle(platform) {
    return async (c) => {
      const { format, first, last } = c.req.valid("query");
      const batch = await readOwnBatch(platform, c, c.req.valid("param").id);
      requireKept(batch, platform.now());
      const isParquet =
        format === undefined
          ? prefers(c.req.header("Accept"), PARQUET, JSONL)
          : format === "parquet";
      if (isParquet) return await parquetAnswer(platform, c, batch, rangeOf(batch, first, last));
      refuseRange({ first, last });
      const manifest = await platform.files.get(manifestKey(batch.id));
      if (manifest === null) throw goneResults(batch);
      return c.body(manifest, 200, { "Content-Type": JSONL });
    };
  },
});

/** A Worker starts without what writes the file and loads it for the first who asks; a Node server has loaded it at its start. */
async function parquetAnswer(
  platform: Platform,
  c: Context<AppEnv>,
  { id }: Batch,
  range: LineRange,
) {
  const survey = await surveyBatch(platform, id, range, platform.maxPartReads);
  const { writeBatch } = await import("../../jobs/batch/parquet/write.ts");
  const memory = platform.ledger.open("results");
  memory.hold(survey.heldBytes);
  const parts = writeBatch(platform, id, range, survey);
  return c.body(streamParts(c, parts, memory), 200, { "Content-Type": PARQUET });
}

function requireKept(batch: Batch, now: number): void {
  if (batch.expiresAt === null) {
    throw new UndertoneError("batch-not-done", `Batch ${batch.id} has not ended yet.`);
  }
  if (batch.expiresAt <= now) throw goneResults(batch);
}

function goneResults({ id }: Batch): UndertoneError {
  return new UndertoneError(
    "job-expired",
    `The results of batch ${id} were kept for their time and are gone.`,
  );
}

function rangeOf({ lines }: Batch, first = 1, last = lines): LineRange {
  if (last > lines)
    throw invalidOption("last", `has to be ${lines} at most, the batch's last line`);
  if (first <= last) return { first, last };
  throw invalidOption("first", `has to be ${last} at most, the last line that is asked for`);
}

function refuseRange(range: Record<"first" | "last", number | undefined>): void {
  for (const name of ["first", "last"] as const) {
    if (range[name] !== undefined) throw invalidOption(name, "is for format=parquet alone");
  }
}
