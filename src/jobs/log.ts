/** Log lines about the ends of jobs. */
import type { JobContext } from "./context.ts";
import type { HeldJob } from "./leases.ts";

/** The end of a job. */
type End =
  | { readonly status: "done"; readonly result: "computed" | "kept" }
  | { readonly status: "failed"; readonly problem: string };

/** Logs the end of a held job, and how long its last try took. */
export function logEnd(
  { log, now, telemetry }: JobContext,
  { job, sinceMs }: HeldJob,
  end: End,
): void {
  const { id, tries } = job;
  telemetry?.metrics.count("undertone_job_ends_total", { status: end.status });
  const durationMs = now() - sinceMs;
  log({ level: "info", event: "job", job_id: id, ...end, tries, duration_ms: durationMs });
}
