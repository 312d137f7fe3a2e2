/** A service whose jobs are done when the test says so, by a clock that jumps to whatever is due next. */
import type { z } from "@hono/zod-openapi";
import { type Background, createBackground } from "../../../src/background.ts";
import { sql } from "../../../src/database/database.ts";
import type { JobSchema } from "../../../src/http/jobs/schema.ts";
import type { ModelRegistry } from "../../../src/model/pack/registry.ts";
import type { Platform } from "../../../src/platform/platform.ts";
import { MESSAGE_TRIES, type QueueName } from "../../../src/queue/messages.ts";
import { tinyRegistry } from "../../../support/packs/tiny-pack.ts";
import { type Service, startService } from "../http/service.ts";
import { consumeNext } from "./consume-next.ts";

/** Noon of some day. */
export const START_MS = Date.UTC(2026, 0, 15, 12);

const QUEUES: readonly QueueName[] = ["work", "deliveries"];

/** A job as the API shows it. */
export type JobAnswer = z.output<typeof JobSchema>;

/** A service, its clock, and the consumers of its queue. */
export interface JobService extends Service {
  readonly clock: { nowMs: number };
  readonly background: Background;
  /** Consumes the next message that is due now; `false` if none is. */
  consumeOne(queue?: QueueName): Promise<boolean>;
  /** Consumes messages, those that are delayed too, until none is left. */
  drain(): Promise<void>;
  /** Submits a job by POST /v1/jobs and gives its id. */
  submit(body: BodyInit, query?: string, headers?: HeadersInit): Promise<string>;
  /** The members of a job. */
  job(id: string): Promise<JobAnswer>;
}

/** Starts it with a tiny model, or with `models`; `platform` replaces parts of what it runs on. */
export async function startJobService(
  platform: Partial<Platform> = {},
  models?: ModelRegistry,
): Promise<JobService> {
  const clock = { nowMs: START_MS };
  const now = () => clock.nowMs;
  const service = startService(models ?? (await tinyRegistry()), { now, ...platform });
  const background = createBackground(service.platform);
  const { database, settings } = service.platform;
  const rules = { leaseMs: settings.jobLeaseMs, maxTries: MESSAGE_TRIES };

  const consumeOne = (queue: QueueName = "work") =>
    consumeNext({ database, now }, queue, rules, background);

  const drain = async (): Promise<void> => {
    for (;;) {
      const consumed = await Promise.all(QUEUES.map(consumeOne));
      if (consumed.includes(true)) continue;
      const next = await database.first<{ at: number | null }>(
        sql`SELECT min(visible_at) AS at FROM messages`,
      );
      if (next?.at == null) return;
      clock.nowMs = Math.max(clock.nowMs, next.at);
    }
  };

  return {
    ...service,
    clock,
    background,
    consumeOne,
    drain,
    async submit(body, query = "", headers = {}) {
      const init = { method: "POST", body, headers };
      const response = await service.app.request(`/v1/jobs${query}`, init);
      const job = await response.json();
      if (response.status !== 202) throw new Error(JSON.stringify(job));
      return job.id;
    },
    async job(id) {
      return await (await service.app.request(`/v1/jobs/${id}`)).json();
    },
  };
}

/** A JSON body of POST /v1/jobs. */
export function jsonBody(body: unknown): { body: string; headers: Record<string, string> } {
  return { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
}
