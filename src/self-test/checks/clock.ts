/** Check of the clock: against the database's, and whether it advances while code computes. */
import { sql } from "../../database/database.ts";
import type { Platform } from "../../platform/platform.ts";
import { broken, type Finding, ok } from "../check.ts";

/** Signatures and leases bear a few seconds. */
export const CLOCK_TOLERANCE_MS = 30_000;

const ROUNDS = 3_000_000;

/** Compares the clock with the database's. */
export async function checkClock(platform: Platform): Promise<Finding> {
  const { database, now, clockAdvancesDuringComputation } = platform;
  const askedMs = now();
  const row = await database.first<{ ms: number }>(
    sql`SELECT (julianday('now') - 2440587.5) * 86400000 AS ms`,
  );
  const offMs = distance(row?.ms ?? Number.NaN, askedMs, now());
  const behaviour = advancesDuringComputation() ? "advances" : "stands still";
  if (!(Math.abs(offMs) <= CLOCK_TOLERANCE_MS)) {
    return broken(
      `${seconds(offMs)} ${offMs > 0 ? "behind" : "ahead of"} the database's clock`,
      "Set the machine's clock by NTP: signatures, links and leases depend on it.",
    );
  }
  const expected = clockAdvancesDuringComputation ? "advances" : "stands still";
  const note = behaviour === expected ? "" : `, where it was expected that it ${expected}`;
  return ok(`agrees with the database's; ${behaviour} while code computes${note}`);
}

/** How far `ms` lies outside of the time from `from` to `to`; negative before it. */
function distance(ms: number, from: number, to: number): number {
  return ms < from ? ms - from : Math.max(0, ms - to);
}

/** Seconds without a sign. */
export function seconds(ms: number): string {
  return Number.isFinite(ms) ? `${Math.round(Math.abs(ms) / 1000)} s` : "unknown time";
}

function advancesDuringComputation(): boolean {
  const beganMs = performance.now();
  let sum = 0;
  for (let round = 1; round < ROUNDS; round++) sum = (sum + Math.imul(round, sum | 1)) | 0;
  return performance.now() > beganMs && Number.isInteger(sum);
}
