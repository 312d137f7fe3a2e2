/** Which batches there are. */

import type { JobContext } from "../context.ts";
import { type Condition, type Page, type PageQuery, readPage } from "../pages.ts";
import type { Batch, BatchStatus } from "./batch.ts";
import { readBatches } from "./table.ts";

/**
 * Lists batches, those of one status if it is given.
 * @throws UndertoneError `invalid-cursor` for a cursor that no page has given.
 */
export function listBatches(
  context: JobContext,
  query: PageQuery & { readonly status?: BatchStatus | undefined },
): Promise<Page<Batch>> {
  return readPage(query, {
    table: "batches",
    prefix: "batch",
    conditions: query.status === undefined ? [] : [statusCondition(query.status, context.now())],
    read: (statement) => readBatches(context, statement),
  });
}

/** A batch is expired from the moment that its results are, whatever its row says until the next sweep. */
function statusCondition(status: BatchStatus, now: number): Condition {
  if (status === "running") return ["status = 'running'"];
  if (status === "expired") return ["expires_at <= ?", now];
  return ["status = ? AND expires_at > ?", status, now];
}
