/** Table `batches`: rows in, batches out. */

import { type Statement, sql } from "../../database/database.ts";
import type { JobContext } from "../context.ts";
import type { Batch, BatchStatus } from "./batch.ts";

interface BatchRow {
  readonly id: string;
  readonly owner: string | null;
  readonly status: BatchStatus;
  readonly created_at: number;
  readonly finished_at: number | null;
  readonly expires_at: number | null;
  readonly lines: number;
  readonly lines_submitted: number;
  readonly cancelled: number;
  readonly options_json: string;
  readonly metadata_json: string | null;
  readonly callback_url: string | null;
  readonly origin: string | null;
  readonly url_secret: string;
}

/** Inserts a batch, unless its id is there already. */
export function insertBatch(batch: Batch, resendAt: number): Statement {
  const metadata = batch.metadata === null ? null : JSON.stringify(batch.metadata);
  return sql`INSERT OR IGNORE INTO batches
    (id, owner, status, created_at, lines, options_json, metadata_json, callback_url, origin, url_secret, resend_at)
    VALUES (${batch.id}, ${batch.owner}, ${batch.status}, ${batch.createdAt}, ${batch.lines},
      ${JSON.stringify(batch.options)}, ${metadata}, ${batch.callbackUrl}, ${batch.origin}, ${batch.urlSecret}, ${resendAt})`;
}

/** The batch, or `null` if there is none. */
export async function readBatch({ database }: JobContext, id: string): Promise<Batch | null> {
  const row = await database.first<BatchRow>(sql`SELECT * FROM batches WHERE id = ${id}`);
  return row === null ? null : batchOfRow(row);
}

/** All rows of a query over `batches`. */
export async function readBatches({ database }: JobContext, query: Statement): Promise<Batch[]> {
  return (await database.all<BatchRow>(query)).map(batchOfRow);
}

function batchOfRow(row: BatchRow): Batch {
  return {
    id: row.id,
    owner: row.owner,
    status: row.status,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
    expiresAt: row.expires_at,
    lines: row.lines,
    linesSubmitted: row.lines_submitted,
    isCancelled: row.cancelled === 1,
    options: JSON.parse(row.options_json),
    metadata: row.metadata_json === null ? null : JSON.parse(row.metadata_json),
    callbackUrl: row.callback_url,
    origin: row.origin,
    urlSecret: row.url_secret,
  };
}
