import { afterEach, describe, expect, it } from "vitest";
import { createKey } from "../../../src/keys/table.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import {
  type BuiltWorker,
  type BuiltWorkerOptions,
  bootBuiltWorker,
} from "../../../support/runtimes/built-worker.ts";
import { type BootedWorker, bootWorker } from "../../../support/runtimes/workerd.ts";
import { CHECKS, checkOf, diagnose, expectBroken } from "../../support/self-test.ts";

const PATIENCE_MS = 200_000;
const HOUR_MS = 3600_000;

let stop = async () => {};
afterEach(() => stop());

async function boot(vars: Readonly<Record<string, string>> = {}): Promise<BootedWorker> {
  const worker = await bootWorker(vars);
  stop = worker.stop;
  await installGolden(worker.bucket, "tiny-group", "q8");
  return worker;
}

async function bootBuilt(options: BuiltWorkerOptions): Promise<BuiltWorker> {
  const worker = await bootBuiltWorker(options);
  stop = worker.stop;
  await installGolden(worker.packs, "tiny-group", "q8");
  return worker;
}

describe("undertone doctor of a Worker", () => {
  it("finds a healthy one well, cold and then warm", { timeout: PATIENCE_MS }, async () => {
    const worker = await boot();
    const first = await diagnose(worker.url);
    expectBroken(first, []);
    const names = first.checks.map(({ name }) => name).filter((name) => name !== "place");
    expect(names).toEqual(CHECKS.toSpliced(9, 0, "Cache API"));
    expect(checkOf(first, "service").detail).toMatch(/^workerd, answers in \d+ ms$/);
    expect(checkOf(first, "Cache API").status).toBe("ok");
    expect(checkOf(first, "packs").detail).toMatch(
      /^all \d+ files of tiny-group-q8 in r2 are whole/,
    );
    expect(checkOf(first, "numbers").detail).toContain("(wasm, 1 thread)");
    expect(checkOf(first, "weights").status).toBe("ok");
    expect(checkOf(first, "isolate").detail).toMatch(/^warm: \d+ s old/);
    await worker.restart();
    const cold = await (await worker.fetch("/v1/self-test")).json();
    expect(checkOf(cold, "isolate").detail).toMatch(/^cold/);
  });

  it("names a database without tables, and one behind its migrations", {
    timeout: PATIENCE_MS,
  }, async () => {
    const worker = await boot();
    const { database } = worker;
    await database.run({ sql: "DELETE FROM d1_migrations WHERE id > 1", values: [] });
    const behind = await diagnose(worker.url);
    expectBroken(behind, ["database"]);
    expect(checkOf(behind, "database").detail).toContain("its newest migration is 0001_jobs.sql");
    await database.run({ sql: "DROP TABLE d1_migrations", values: [] });
    const without = checkOf(await diagnose(worker.url), "database");
    expect(without).toMatchObject({ status: "broken" });
    expect(without.detail).toContain("no such table");
  });

  it("names a pack that is damaged in R2, though a cache still has it whole", {
    timeout: PATIENCE_MS,
  }, async () => {
    const worker = await boot();
    expectBroken(await diagnose(worker.url), []);
    const key = (await worker.bucket.list("blobs/")).find((name) => name.endsWith(".weights"));
    const bytes = (await worker.bucket.get(key as string)) as Uint8Array;
    bytes[bytes.length >> 1] = ~(bytes[bytes.length >> 1] as number);
    await worker.bucket.put(key as string, bytes);
    const damaged = await diagnose(worker.url);
    expectBroken(damaged, ["packs"]);
    expect(checkOf(damaged, "packs").detail).toContain(`(${key}) does not match its SHA-256 in r2`);
    expect(checkOf(damaged, "packs").advice).toContain("undertone pack install");
    await worker.bucket.delete(key as string);
    expect(checkOf(await diagnose(worker.url), "packs").detail).toContain("is missing in r2");
  });

  it("names a heap that is smaller than the longest clip needs", {
    timeout: PATIENCE_MS,
  }, async () => {
    const worker = await boot({
      MEMORY_BUDGET_MB: "10",
      MAX_CLIP_SECONDS: "600",
      WINDOW_SECONDS: "600",
    });
    const diagnosis = await diagnose(worker.url);
    expectBroken(diagnosis, ["heap"]);
    expect(checkOf(diagnosis, "heap").detail).toContain("clip-exceeds-memory");
    expect(checkOf(diagnosis, "heap").advice).toMatch(/\d s fit/);
  });

  it("names a wrong clock", { timeout: PATIENCE_MS }, async () => {
    const worker = await boot();
    const diagnosis = await diagnose(worker.url, () => Date.now() - HOUR_MS);
    expectBroken(diagnosis, ["clock here"]);
    expect(checkOf(diagnosis, "clock here").detail).toMatch(
      /^the service's clock is 3600 s ahead of this machine's$/,
    );
  });

  it("names a missing binding, and then nothing else", { timeout: PATIENCE_MS }, async () => {
    const worker = await bootBuilt({ lacksDatabase: true });
    const diagnosis = await diagnose(worker.url);
    expectBroken(diagnosis, ["service"]);
    expect(checkOf(diagnosis, "service").detail).toContain("[[d1_databases]]");
  });

  it("names a database and files that are out", { timeout: PATIENCE_MS }, async () => {
    let isOut = false;
    const worker = await bootBuilt({
      faultOf: ({ binding }) => (isOut && ["DB", "FILES"].includes(binding) ? "it is out" : null),
    });
    isOut = true;
    const diagnosis = await diagnose(worker.url);
    const broken = diagnosis.checks.filter(({ status }) => status === "broken");
    const names = ["database", "clock", "secrets", "files", "queue work", "queue deliveries"];
    expect(broken.map(({ name }) => name)).toEqual(names);
    for (const { detail } of broken) expect(detail).toBe("storage-unavailable: it is out");
  });

  it("names a cache that keeps nothing, which is slow and not broken", {
    timeout: PATIENCE_MS,
  }, async () => {
    const worker = await bootBuilt({ hasCache: false });
    const diagnosis = await diagnose(worker.url);
    expectBroken(diagnosis, []);
    expect(diagnosis.status).toBe("slow");
    expect(checkOf(diagnosis, "Cache API")).toMatchObject({
      status: "slow",
      detail: "an entry that was put is not found",
      advice: expect.stringContaining("docs/deploying.md"),
    });
  });

  it("says of a deployed one whether Workers Cache is there, which it is not in workerd", {
    timeout: PATIENCE_MS,
  }, async () => {
    const worker = await boot({ UNDERTONE_LOCAL: "" });
    const rights = { scopes: ["self-test"] as const, requestsPerMinute: 600 };
    const { token } = await createKey(worker.database, rights, Date.now());
    const diagnosis = await diagnose(worker.url, Date.now, token);
    expectBroken(diagnosis, []);
    expect(checkOf(diagnosis, "Workers Cache")).toMatchObject({
      status: "slow",
      detail: "an entry that was put is not found",
      advice: expect.stringContaining("[exports]"),
    });
  });

  it("says where it is asked", { timeout: PATIENCE_MS }, async () => {
    const worker = await bootBuilt({});
    const cf = { colo: "ARN", country: "SE", continent: "EU" };
    const { place } = await (await worker.fetch("/v1/self-test", { cf })).json();
    expect(place).toEqual(cf);
  });
});
