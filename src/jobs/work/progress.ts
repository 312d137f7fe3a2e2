/** Says how far a computation is, keeps its leases alive, and notices that they are lost. */

import { renewClaim } from "../../results/results.ts";
import type { JobContext } from "../context.ts";
import { type HeldJob, noteProgress } from "../leases.ts";
import type { ReportLayer } from "../recording/work.ts";

/** The watch over one computation. */
export interface ProgressWatch {
  readonly report: ReportLayer;
  /** Aborted once it is noticed that the job was deleted or cancelled, or is held by another. */
  readonly lost: AbortSignal;
  /** The number of layers, as it was reported last; `null` before the first report. */
  layersTotal(): number | null;
  /** Settles when nothing is being written any more. */
  settled(): Promise<void>;
}

/** Reports are written after so long, and then each time that the computation has taken twice as long. */
const FIRST_WRITE_MS = 5000;
/** However long a computation takes, its leases are renewed so often while they last. */
const WRITES_PER_LEASE = 4;

/** Watches the computation of the result under `key`: of its reports few are written, since each costs rows. */
export function watchProgress(context: JobContext, held: HeldJob, key: string): ProgressWatch {
  const controller = new AbortController();
  const beganAt = context.now();
  const longestMs = context.settings.jobLeaseMs / WRITES_PER_LEASE;
  let writeAt = beganAt + Math.min(FIRST_WRITE_MS, longestMs);
  let layersTotal: number | null = null;
  let writing: Promise<void> | null = null;
  const write = async (done: number, total: number) => {
    const isHeld = await noteProgress(context, held, done, total);
    if (isHeld) await renewClaim(context, key, held.token);
    else controller.abort();
  };
  return {
    report(done, total) {
      layersTotal = total;
      const now = context.now();
      if (writing !== null || now < writeAt) return;
      writeAt = now + Math.min(now - beganAt, longestMs);
      // A report that cannot be written costs the lease at worst, and then the job is done by another.
      writing = write(done, total)
        .catch(() => {})
        .finally(() => {
          writing = null;
        });
    },
    lost: controller.signal,
    layersTotal: () => layersTotal,
    settled: async () => {
      await writing;
    },
  };
}
