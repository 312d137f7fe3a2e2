/** Submission of a batch. */

import { newId } from "../../crypto/ids.ts";
import type { JobContext } from "../context.ts";
import type { JobOptions } from "../job.ts";
import { resendTime } from "../leases.ts";
import { originOfLinks } from "../origin.ts";
import { type Batch, type BatchLine, LINES_PER_STEP, linesKey } from "./batch.ts";
import { insertBatch } from "./table.ts";

/** A request for a batch, its lines and options checked. */
export interface BatchRequest {
  readonly id: string;
  readonly owner: string | null;
  readonly lines: readonly BatchLine[];
  readonly options: JobOptions;
  readonly metadata: unknown;
  readonly callbackUrl: string | null;
  readonly origin: string;
}

/** Submits a batch. Its lines are stored before its row and the row before the message, as with a job. */
export async function submitBatch(context: JobContext, request: BatchRequest): Promise<Batch> {
  const { id, lines, metadata, ...rest } = request;
  const encoder = new TextEncoder();
  for (let first = 0, step = 0; first < lines.length; first += LINES_PER_STEP, step++) {
    const chunk = lines.slice(first, first + LINES_PER_STEP);
    await context.files.put(linesKey(id, step), encoder.encode(JSON.stringify(chunk)));
  }
  const batch: Batch = {
    ...rest,
    id,
    metadata: metadata ?? null,
    origin: originOfLinks(context.settings, request.origin),
    status: "running",
    createdAt: context.now(),
    finishedAt: null,
    expiresAt: null,
    lines: lines.length,
    linesSubmitted: 0,
    isCancelled: false,
    urlSecret: newId("secret"),
  };
  await context.database.run(insertBatch(batch, resendTime(context)));
  await context.queue.send([{ kind: "batch", id }]);
  return batch;
}
