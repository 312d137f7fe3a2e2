/** The lease of joining a recording: one joins at a time, and who dies of it is counted. */
import { newId } from "../../crypto/ids.ts";
import { sql } from "../../database/database.ts";
import type { JobContext } from "../context.ts";
import { renewalMs } from "../leases.ts";

/** The right to join a recording. */
export interface JoinLease {
  /** Lets others join it at once. */
  release(): Promise<void>;
}

/**
 * Takes the joining of a recording until it is released, or its holder is dead for as long as a lease lasts; `null` if another joins
 * it, or it is over. What is not released stays among its job's `unendedComputations`.
 */
export async function claimJoin(context: JobContext, jobId: string): Promise<JoinLease | null> {
  const { database, settings, now } = context;
  const token = newId("lease");
  const [claimed] = await database.batch([
    sql`UPDATE recordings SET lease_token = ${token}, leased_until = ${now() + settings.jobLeaseMs}
      WHERE job_id = ${jobId} AND leased_until <= ${now()} AND expires_at IS NULL
        AND EXISTS (SELECT 1 FROM jobs WHERE id = ${jobId} AND status = 'running')`,
    sql`UPDATE jobs SET unended_computations = unended_computations + 1
      WHERE id = ${jobId} AND EXISTS (SELECT 1 FROM recordings WHERE job_id = ${jobId} AND lease_token = ${token})`,
  ]);
  if (claimed !== 1) return null;
  const timer = setInterval(
    // One that is not written costs the lease at worst, and then another joins as well.
    () => renewJoin(context, jobId, token).catch(() => {}),
    renewalMs(context),
  );
  return {
    async release() {
      clearInterval(timer);
      await database.batch([
        sql`UPDATE jobs SET unended_computations = unended_computations - 1
          WHERE id = ${jobId} AND EXISTS (SELECT 1 FROM recordings WHERE job_id = ${jobId} AND lease_token = ${token})`,
        sql`UPDATE recordings SET lease_token = NULL, leased_until = 0 WHERE job_id = ${jobId} AND lease_token = ${token}`,
      ]);
    },
  };
}

async function renewJoin(
  { database, settings, now }: JobContext,
  jobId: string,
  token: string,
): Promise<void> {
  await database.run(sql`UPDATE recordings SET leased_until = ${now() + settings.jobLeaseMs}
    WHERE job_id = ${jobId} AND lease_token = ${token}`);
}
