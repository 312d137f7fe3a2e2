import { beforeEach, describe, expect, it } from "vitest";
import { sql } from "../../src/database/database.ts";
import { openSqliteDatabase } from "../../src/database/sqlite.ts";
import { createLedger, type LedgerEntry, type MemoryLedger } from "../../src/ledger.ts";
import { readSettings } from "../../src/platform/settings.ts";
import {
  claimResult,
  findResult,
  forgetExpiredResults,
  forgetResult,
  type ResultContext,
  releaseClaim,
  renewClaim,
  type StoredResult,
  saveResult,
} from "../../src/results/results.ts";
import { memoryStore } from "../../src/store/memory.ts";
import type { WalkableStore } from "../../src/store/store.ts";

const MIGRATIONS = new URL("../../migrations", import.meta.url).pathname;
const settings = readSettings({});
const LEASE_MS = settings.jobLeaseMs;

let nowMs: number;
let files: WalkableStore;
let ledger: MemoryLedger;
let memory: LedgerEntry;
let context: ResultContext;
beforeEach(() => {
  nowMs = 1_000_000;
  files = memoryStore();
  const database = openSqliteDatabase(":memory:", MIGRATIONS);
  ledger = createLedger(1000);
  memory = ledger.open("results");
  context = { database, files, settings, ledger, now: () => nowMs };
});

const result = (byte: number): StoredResult => ({
  header: `{"byte":${byte}}`,
  parts: [Uint8Array.of(byte), Uint8Array.of(byte, byte)],
});
const rows = () => context.database.all(sql`SELECT * FROM results`);

describe("a result", () => {
  it("is found once it is saved, until its time is over", async () => {
    expect(await findResult(context, "k", memory)).toBeNull();
    await claimResult(context, "k", "t");
    expect(await findResult(context, "k", memory)).toBeNull();
    expect(await saveResult(context, "k", "t", result(1))).toBe(true);
    expect(await findResult(context, "k", memory)).toEqual(result(1));
    nowMs += settings.resultTtlMs;
    expect(await findResult(context, "k", memory)).toBeNull();
  });

  it("is computed by one at a time, who may go on for as long as the lease is renewed", async () => {
    expect(await claimResult(context, "k", "one")).toBe(true);
    expect(await claimResult(context, "k", "other")).toBe(false);
    nowMs += LEASE_MS - 1;
    expect(await renewClaim(context, "k", "one")).toBe(true);
    nowMs += LEASE_MS - 1;
    expect(await claimResult(context, "k", "other")).toBe(false);
    nowMs += 1;
    expect(await claimResult(context, "k", "other")).toBe(true);
    expect(await renewClaim(context, "k", "one")).toBe(false);
  });

  it("is that of who holds the claim: what comes too late is dropped", async () => {
    await claimResult(context, "k", "slow");
    nowMs += LEASE_MS;
    await claimResult(context, "k", "quick");
    expect(await saveResult(context, "k", "slow", result(1))).toBe(false);
    expect(await findResult(context, "k", memory)).toBeNull();
    expect(await saveResult(context, "k", "quick", result(2))).toBe(true);
    expect(await saveResult(context, "k", "slow", result(1))).toBe(false);
    expect(await findResult(context, "k", memory)).toEqual(result(2));
    expect(await files.list("")).toHaveLength(2);
  });

  it("is claimed by nobody while it is kept", async () => {
    await claimResult(context, "k", "t");
    await saveResult(context, "k", "t", result(1));
    expect(await claimResult(context, "k", "other")).toBe(false);
    nowMs += settings.resultTtlMs;
    expect(await claimResult(context, "k", "other")).toBe(true);
    expect(await files.list("")).toEqual([]);
  });

  it("may be computed by others at once when its claim is released", async () => {
    await claimResult(context, "k", "t");
    await files.put("results/k/t/0", Uint8Array.of(1));
    await releaseClaim(context, "k", "t");
    expect(await files.list("")).toEqual([]);
    expect(await claimResult(context, "k", "other")).toBe(true);
  });

  it("leaves nothing behind of one who died while writing it", async () => {
    await claimResult(context, "k", "dead");
    await files.put("results/k/dead/0", Uint8Array.of(1));
    nowMs += LEASE_MS;
    await claimResult(context, "k", "next");
    expect(await files.list("")).toEqual([]);
  });

  it("without one of its parts is none, and can be computed again", async () => {
    await claimResult(context, "k", "t");
    await saveResult(context, "k", "t", result(1));
    await files.delete("results/k/t/1");
    expect(await findResult(context, "k", memory)).toBeNull();
    expect(await claimResult(context, "k", "other")).toBe(true);
  });
});

describe("the memory of a result", () => {
  const tensors = {
    header: JSON.stringify({ tensors: [{ name: "a", shape: [10, 20] }] }),
    parts: [new Uint8Array(800)],
  };
  beforeEach(async () => {
    await claimResult(context, "k", "t");
    await saveResult(context, "k", "t", tensors);
  });

  it("is counted before it is read", async () => {
    expect(await findResult(context, "k", memory)).toEqual(tensors);
    expect(memory.bytes).toBe(800);
  });

  it("has to be there: nothing is read else", async () => {
    ledger.open("bodies").hold(300);
    const unread = { ...files, get: () => Promise.reject(new Error("it was read")) };
    const finding = findResult({ ...context, files: unread }, "k", memory);
    await expect(finding).rejects.toMatchObject({
      slug: "overloaded",
      extensions: { wantedBytes: 800, freeBytes: 700 },
    });
  });

  it("is given back where its bytes are gone", async () => {
    await files.delete("results/k/t/0");
    expect(await findResult(context, "k", memory)).toBeNull();
    expect(memory.bytes).toBe(0);
  });
});

describe("forgetting", () => {
  it("goes on where it was cut short", async () => {
    await claimResult(context, "k", "t");
    await saveResult(context, "k", "t", result(1));
    nowMs += settings.resultTtlMs;
    const failing = { ...files, delete: () => Promise.reject(new Error("cut short")) };
    await expect(forgetExpiredResults({ ...context, files: failing }, 10)).rejects.toThrow();
    expect(await findResult(context, "k", memory)).toBeNull();
    await forgetExpiredResults(context, 10);
    expect(await files.list("")).toEqual([]);
    expect(await rows()).toEqual([]);
  });

  it("spares what lives on, and what is being computed", async () => {
    await claimResult(context, "kept", "t");
    await saveResult(context, "kept", "t", result(1));
    await claimResult(context, "computed", "t");
    await forgetExpiredResults(context, 10);
    await forgetResult(context, "computed", Number.MAX_SAFE_INTEGER);
    expect(await rows()).toHaveLength(2);
    await forgetResult(context, "kept", Number.MAX_SAFE_INTEGER);
    expect(await rows()).toHaveLength(1);
  });
});
