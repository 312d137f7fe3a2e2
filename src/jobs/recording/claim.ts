/** Who computes which window of a recording next. */
import { newId } from "../../crypto/ids.ts";
import { sql } from "../../database/database.ts";
import type { JobContext } from "../context.ts";
import type { HeldWindow } from "./table.ts";

/** A window that was lost so often is computed alone: whether it is the deadly one shows, and no other is lost with it. */
const LOST_BEFORE_ALONE = 2;

/**
 * Takes the first window that nobody computes, of those whose tries ended in silence least often: one that ends whoever computes it
 * comes last, and deaths that have nothing to do with a window do not all fall on the same. One that was lost twice is begun while no
 * other window of its recording is computed, and none is begun beside it. `null` if there is none now, or the job is over.
 */
export async function claimWindow(
  { database, settings, now }: JobContext,
  jobId: string,
): Promise<HeldWindow | null> {
  const token = newId("lease");
  const at = now();
  // A window that is held was begun once more than it was lost.
  const [row] = await database.all<{ number: number; tries: number; failures: number }>(sql`
    WITH held AS (SELECT max(tries - failures) AS begun FROM windows
      WHERE job_id = ${jobId} AND done_try IS NULL AND lease_token IS NOT NULL AND leased_until > ${at})
    UPDATE windows SET lease_token = ${token}, leased_until = ${at + settings.jobLeaseMs}, tries = tries + 1
    WHERE job_id = ${jobId}
      AND number = (SELECT number FROM windows, held
        WHERE job_id = ${jobId} AND done_try IS NULL AND leased_until <= ${at}
          AND (begun IS NULL OR (begun <= ${LOST_BEFORE_ALONE} AND tries - failures < ${LOST_BEFORE_ALONE}))
        ORDER BY tries - failures, number LIMIT 1)
      AND EXISTS (SELECT 1 FROM jobs WHERE id = ${jobId} AND status = 'running')
    RETURNING number, tries, failures`);
  return row === undefined ? null : { ...row, token };
}
