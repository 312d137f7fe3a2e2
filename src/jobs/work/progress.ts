/** Says how far a computation is, keeps its leases alive, and notices that they are lost. */

import { renewClaim } from "../../results/results.ts";
import type { JobContext } from "../context.ts";
import { type HeldJob, noteProgress } from "../leases.ts";
import { type Renewals, renewalsOf } from "../renewals.ts";

/** The watch over one computation: its leases are lost once the job was deleted or cancelled, or is held by another. */
export interface ProgressWatch extends Renewals {
  /** The number of layers, as it was reported last; `null` before the first report. */
  layersTotal(): number | null;
}

/** Reports are written after so long, and then each time that the computation has taken twice as long. */
const FIRST_WRITE_MS = 5000;

/** Watches the computation of the result under `key`: of its reports few are written, since each costs rows. */
export function watchProgress(context: JobContext, held: HeldJob, key: string): ProgressWatch {
  let layersTotal: number | null = null;
  const write = async (done: number, total: number) => {
    const isHeld = await noteProgress(context, held, done, total);
    if (isHeld) await renewClaim(context, key, held.token);
    return isHeld;
  };
  const renewals = renewalsOf(context, write, FIRST_WRITE_MS);
  return {
    ...renewals,
    report(done, total) {
      layersTotal = total;
      renewals.report(done, total);
    },
    layersTotal: () => layersTotal,
  };
}
