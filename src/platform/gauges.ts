/** What can be counted at any time: jobs, queues and memory. */
import { type Database, sql } from "../database/database.ts";
import { NO_METRICS } from "../telemetry/metrics.ts";
import type { Platform } from "./platform.ts";

/** No reading looks at more rows: it takes milliseconds, however much waits. */
const MOST_ROWS = 10_000;

type Gauged = Pick<
  Platform,
  "telemetry" | "database" | "ledger" | "inspection" | "settings" | "runtime" | "now" | "load"
>;

/** Reads all gauges for the metrics, if anybody takes them; what the database does not say is left out. */
export async function readGauges(platform: Gauged): Promise<void> {
  if (platform.telemetry.metrics === NO_METRICS) return;
  readOwn(platform);
  await readRows(platform).catch(() => {});
}

function readOwn({ telemetry, ledger, inspection, settings, runtime, load }: Gauged): void {
  const { metrics } = telemetry;
  const { version } = inspection.life();
  const labels = { runtime, version: version ?? "", region: settings.region };
  metrics.set("undertone_info", [{ labels, value: 1 }]);
  const uses = Object.entries(ledger.heldByUse());
  metrics.set(
    "undertone_ledger_bytes",
    uses.map(([use, value]) => ({ labels: { use }, value })),
  );
  const states = Object.entries(load?.() ?? {});
  metrics.set(
    "undertone_computations",
    states.map(([state, value]) => ({ labels: { state }, value })),
  );
}

async function readRows({ telemetry, database, runtime, now }: Gauged): Promise<void> {
  const { metrics } = telemetry;
  const jobs = await database.all<{ status: string; count: number; oldest: number }>(
    sql`SELECT status, count(*) AS count, min(created_at) AS oldest FROM
      (SELECT status, created_at FROM jobs WHERE resend_at IS NOT NULL LIMIT ${MOST_ROWS}) GROUP BY status`,
  );
  const found = (status: string) => jobs.find((row) => row.status === status);
  const statuses = ["queued", "running"];
  metrics.set(
    "undertone_jobs",
    statuses.map((status) => ({ labels: { status }, value: found(status)?.count ?? 0 })),
  );
  metrics.set(
    "undertone_oldest_job_age_seconds",
    statuses.map((status) => {
      const ageMs = now() - (found(status)?.oldest ?? now());
      return { labels: { status }, value: Math.max(0, ageMs) / 1000 };
    }),
  );
  const pending = await countRows(
    database,
    sql`SELECT count(*) AS count FROM (SELECT 1 FROM deliveries WHERE next_try_at IS NOT NULL LIMIT ${MOST_ROWS})`,
  );
  metrics.set("undertone_pending_webhooks", [{ labels: {}, value: pending }]);
  // Elsewhere the queues are Cloudflare's.
  if (runtime !== "node") return;
  const queues = ["work", "deliveries"].map(async (queue) => ({
    labels: { queue },
    value: await countRows(
      database,
      sql`SELECT count(*) AS count FROM (SELECT 1 FROM messages WHERE queue = ${queue} LIMIT ${MOST_ROWS})`,
    ),
  }));
  metrics.set("undertone_queue_messages", await Promise.all(queues));
}

async function countRows(database: Database, statement: ReturnType<typeof sql>): Promise<number> {
  return (await database.first<{ count: number }>(statement))?.count ?? 0;
}
