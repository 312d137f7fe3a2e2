/** Recordings that cannot be gone on with: their pack is another, or what was computed is gone. */

import { sql } from "../../database/database.ts";
import { DONE, type Outcome } from "../../queue/messages.ts";
import type { JobContext } from "../context.ts";
import { postpone } from "../failures.ts";
import type { Job } from "../job.ts";
import { releaseJob } from "../leases.ts";
import type { PreparedWork } from "../work/work.ts";
import { dropRecording } from "./remove.ts";
import { heldJob, type Recording } from "./table.ts";
import type { RecordedWork } from "./work.ts";

/** The work of a recording's windows; `null` if the pack is another by now than the one that its first windows were computed with. */
export function recordedBy({ recorded }: PreparedWork, { plan }: Recording): RecordedWork | null {
  return recorded !== null && recorded.packDigest === plan.packDigest ? recorded : null;
}

/**
 * Has the job tried from its beginning: what was computed of it cannot be gone on with. Of several who find that out at once one has
 * it done, and none touches what the next try has begun.
 */
export async function beginAnew(
  context: JobContext,
  job: Job,
  recording: Recording,
): Promise<Outcome> {
  const held = await heldJob(context, job);
  if (held === null || !(await dropRecording(context, recording))) return DONE;
  await context.database.run(
    sql`UPDATE jobs SET windows_total = 0, windows_done = 0 WHERE id = ${job.id} AND lease_token = ${held.token}`,
  );
  const unended = { ...job, unendedComputations: 0 };
  await releaseJob(context, { ...held, job: unended }, null);
  return await postpone(context, { kind: "job", id: job.id }, 0);
}
