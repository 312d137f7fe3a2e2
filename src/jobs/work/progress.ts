/** Says how far a computation is, keeps its leases alive, and notices that they are lost. */

import { renewClaim } from "../../results/results.ts";
import type { JobContext } from "../context.ts";
import { type HeldJob, noteProgress } from "../leases.ts";
import type { ReportLayer } from "./work.ts";

/** The watch over one computation. */
export interface ProgressWatch {
  readonly report: ReportLayer;
  /** Aborted once the job was deleted or cancelled, or is held by another. */
  readonly lost: AbortSignal;
  /** Settles when nothing is being written any more. */
  settled(): Promise<void>;
}

/** Watches the computation of the result under `key`. While one report is being written, later ones are skipped. */
export function watchProgress(context: JobContext, held: HeldJob, key: string): ProgressWatch {
  const controller = new AbortController();
  let writing: Promise<void> | null = null;
  const write = async (layersDone: number, layersTotal: number) => {
    const isHeld = await noteProgress(context, held, layersDone, layersTotal);
    if (isHeld) await renewClaim(context, key, held.token);
    else controller.abort();
  };
  return {
    report(layersDone, layersTotal) {
      // A report that cannot be written costs the lease at worst, and then the job is done by another.
      writing ??= write(layersDone, layersTotal)
        .catch(() => {})
        .finally(() => {
          writing = null;
        });
    },
    lost: controller.signal,
    settled: async () => {
      await writing;
    },
  };
}
