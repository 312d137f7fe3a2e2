/** Requests of one process in the last hour: a ring of minutes, each with a histogram, which takes the same memory whatever comes. */
import {
  type AnsweredRegionally,
  type RegionLog,
  type RegionSummary,
  WINDOW_SECONDS,
} from "./regions.ts";

const SLOT_MS = 60_000;
/** One more than the hour has: the minute that it began in is not over. */
const SLOTS = (WINDOW_SECONDS * 1000) / SLOT_MS + 1;

/** Buckets grow by 5 %: percentiles are right to half of that, from 1 ms to 18 minutes. */
const GROWTH = 1.05;
const BUCKETS = 286;

/** A minute. */
interface Slot {
  /** Its number since 1970. */
  minute: number;
  requests: number;
  coldStarts: number;
  errors: number;
  /** Clips by duration. */
  readonly clips: Uint32Array;
}

/** Begins to keep the requests of this process, whose region is `region`; it has no colos. */
export function recentRequests(region: string, now: () => number): RegionLog {
  const slots = Array.from({ length: SLOTS }, emptySlot);
  const slotOf = (minute: number): Slot => {
    const slot = slots[minute % SLOTS] as Slot;
    if (slot.minute !== minute) clear(slot, minute);
    return slot;
  };
  return {
    source: "process",
    note({ durationMs, isOfClip, isCold, isError }: AnsweredRegionally) {
      const slot = slotOf(Math.floor(now() / SLOT_MS));
      slot.requests++;
      if (isCold) slot.coldStarts++;
      if (isError) slot.errors++;
      const bucket = bucketOf(durationMs);
      if (isOfClip) slot.clips[bucket] = (slot.clips[bucket] ?? 0) + 1;
    },
    async read() {
      const minute = Math.floor(now() / SLOT_MS);
      const recent = slots.filter((slot) => slot.minute > minute - SLOTS && slot.minute <= minute);
      const summary = summaryOf(recent);
      return summary.requests === 0 ? [] : [{ ...summary, region: region || null, colo: null }];
    },
  };
}

function emptySlot(): Slot {
  return { minute: -1, requests: 0, coldStarts: 0, errors: 0, clips: new Uint32Array(BUCKETS) };
}

function clear(slot: Slot, minute: number): void {
  Object.assign(slot, { minute, requests: 0, coldStarts: 0, errors: 0 });
  slot.clips.fill(0);
}

function summaryOf(slots: readonly Slot[]): Omit<RegionSummary, "region" | "colo"> {
  const sum = (of: (slot: Slot) => number) => slots.reduce((total, slot) => total + of(slot), 0);
  const counts = Array.from({ length: BUCKETS }, (_, bucket) =>
    sum(({ clips }) => clips[bucket] as number),
  );
  return {
    requests: sum(({ requests }) => requests),
    clips: counts.reduce((total, count) => total + count, 0),
    p50Ms: percentileOf(counts, 0.5),
    p95Ms: percentileOf(counts, 0.95),
    coldStarts: sum(({ coldStarts }) => coldStarts),
    errors: sum(({ errors }) => errors),
  };
}

function bucketOf(durationMs: number): number {
  const bucket = Math.ceil(Math.log(Math.max(1, durationMs)) / Math.log(GROWTH));
  return Math.min(bucket, BUCKETS - 1);
}

/** The middle of the bucket that so large a share of all is not above; `null` of none. */
function percentileOf(counts: readonly number[], share: number): number | null {
  const all = counts.reduce((total, count) => total + count, 0);
  if (all === 0) return null;
  let passed = 0;
  const bucket = counts.findIndex((count) => {
    passed += count;
    return passed >= share * all;
  });
  return GROWTH ** (bucket - 0.5);
}
