/** Checks of the database: its tables, a read and a write, and its clock. */
import { type Database, sql } from "../../database/database.ts";
import { LATEST_MIGRATION } from "../../database/latest-migration.ts";
import type { Platform } from "../../platform/platform.ts";
import { broken, type Finding, ok, slow } from "../check.ts";

/** A read and a write of a database far away take longer than what a client notices. */
const SLOW_MS = 500;

/** Reads the state of the tables, and writes without changing anything. */
export async function checkDatabase({ database }: Platform): Promise<Finding> {
  const readMs = await timed(async () => {
    const row = await database.first<{ name: string }>(
      sql`SELECT name FROM d1_migrations ORDER BY name DESC LIMIT 1`,
    );
    if ((row?.name ?? "") < LATEST_MIGRATION) throw row?.name ?? "none";
  }).catch((name: unknown) => {
    if (typeof name === "string") return name;
    throw name;
  });
  if (typeof readMs === "string") {
    return broken(
      `its newest migration is ${readMs}, the code needs ${LATEST_MIGRATION}`,
      "Apply the migrations: 'npx wrangler d1 migrations apply DB --remote'.",
    );
  }
  const writeMs = await timed(() => writeNothing(database));
  const detail = `read in ${readMs} ms, written in ${writeMs} ms, tables of ${LATEST_MIGRATION}`;
  return Math.max(readMs, writeMs) <= SLOW_MS
    ? ok(detail)
    : slow(detail, "The database is far away: create it in the region of the service.");
}

/** A statement of writing, which a database that can only be read refuses. */
async function writeNothing(database: Database): Promise<void> {
  await database.run(sql`UPDATE positions SET after_key = after_key WHERE walk = 'self-test'`);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return Math.round(performance.now() - beganMs);
}
