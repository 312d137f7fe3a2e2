/** Renews leases beside the computation that they are for, and notices that they are lost. */
import type { JobContext } from "./context.ts";
import { renewalMs } from "./leases.ts";
import type { ReportLayer } from "./recording/work.ts";

/** The renewal of the leases of one computation. */
export interface Renewals {
  /** To be called as the computation goes on. */
  readonly report: ReportLayer;
  /** Aborted once it is noticed that a lease is lost. */
  readonly lost: AbortSignal;
  /** To be called when the computation is over; settles when nothing is being written any more. */
  settled(): Promise<void>;
}

/** Renews a lease by the clock while `work` lasts, which does not say how far it is: the model is read, or others have the engine. */
export async function renewedWhile<Result>(
  context: Pick<JobContext, "settings">,
  renew: () => Promise<unknown>,
  work: () => Promise<Result>,
): Promise<Result> {
  // One that is not written costs the lease at worst, and then another does the same.
  const timer = setInterval(() => void renew().catch(() => {}), renewalMs(context));
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/**
 * Renews leases at reports: at the first one after `firstMs`, then each time that the computation has taken twice as long, and often
 * enough for a lease. Before the first report, when others have the engine, they are renewed by the clock. One renewal is under way at
 * a time.
 * @param renew told how far the computation is; `false` if a lease is lost
 */
export function renewalsOf(
  context: JobContext,
  renew: (layersDone: number, layersTotal: number) => Promise<boolean>,
  firstMs: number,
): Renewals {
  const controller = new AbortController();
  const beganAt = context.now();
  const longestMs = renewalMs(context);
  let renewAt = beganAt + Math.min(firstMs, longestMs);
  let renewing: Promise<void> | null = null;
  const begin = (layersDone: number, layersTotal: number) => {
    renewing ??= renew(layersDone, layersTotal)
      .then((isHeld) => (isHeld ? undefined : controller.abort()))
      // One that is not written costs the lease at worst, and then another does the same.
      .catch(() => {})
      .finally(() => {
        renewing = null;
      });
  };
  const waiting = setInterval(() => begin(0, 0), longestMs);
  return {
    report(layersDone, layersTotal) {
      clearInterval(waiting);
      const now = context.now();
      if (renewing !== null || now < renewAt) return;
      renewAt = now + Math.min(now - beganAt, longestMs);
      begin(layersDone, layersTotal);
    },
    lost: controller.signal,
    settled: async () => {
      clearInterval(waiting);
      await renewing;
    },
  };
}
