/** A service of jobs whose computations are counted, and may be interfered with. */
import { sql } from "../../../src/database/database.ts";
import { jobWork } from "../../../src/jobs/work/compute.ts";
import { processJob } from "../../../src/jobs/work/consumer.ts";
import type { JobWork, PreparedWork } from "../../../src/jobs/work/work.ts";
import type { Outcome } from "../../../src/queue/messages.ts";
import { type JobService, startJobService } from "./job-service.ts";

type Computed = ReturnType<PreparedWork["compute"]>;

/** The service, and the work of its consumers. */
export interface WatchedService extends JobService {
  readonly work: JobWork;
  /** How often something was computed. */
  computations(): number;
  /** The same work, counted, with something happening before or instead of the computation. */
  watched(inner: JobWork, meanwhile?: (compute: () => Computed) => Computed): JobWork;
  /** Consumes a message about a job. */
  process(id: string, by?: JobWork): Promise<Outcome>;
}

/** Starts it with a tiny model. */
export async function startWatchedService(): Promise<WatchedService> {
  const service = await startJobService();
  let computations = 0;
  const watched: WatchedService["watched"] = (inner, meanwhile = (compute) => compute()) => ({
    ...inner,
    async prepare(options) {
      const prepared: PreparedWork = await inner.prepare(options);
      return {
        ...prepared,
        compute(...given) {
          computations++;
          return meanwhile(() => prepared.compute(...given));
        },
      };
    },
  });
  const work = watched(jobWork(service.platform));
  return {
    ...service,
    work,
    computations: () => computations,
    watched,
    process: (id, by = work) => processJob(service.platform, by, id),
  };
}

/** The messages that wait, in the order in which they may be taken. */
export function queuedMessages({ platform }: JobService) {
  return platform.database.all<{ body_json: string; visible_at: number }>(
    sql`SELECT body_json, visible_at FROM messages ORDER BY visible_at`,
  );
}
