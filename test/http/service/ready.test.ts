import { afterEach, describe, expect, it, vi } from "vitest";
import { openSqliteDatabase } from "../../../src/database/sqlite.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import type { WalkableStore } from "../../../src/store/store.ts";
import { tinyRegistry } from "../../../support/packs/tiny-pack.ts";
import { problemOf, startService } from "../../support/http/service.ts";

const MIGRATIONS = new URL("../../../migrations", import.meta.url).pathname;
const READY = { pack: "ok", database: "ok", files: "ok" };

/** Files whose reads do what `get` does, and how many there were. */
function filesWith(get: () => Promise<null>): WalkableStore & { reads(): number } {
  let reads = 0;
  return {
    ...memoryStore(),
    get: () => {
      reads++;
      return get();
    },
    reads: () => reads,
  };
}

afterEach(() => {
  vi.useRealTimers();
});

describe("GET /readyz", () => {
  it("is ready with a pack, a database and files", async () => {
    const { app } = startService(await tinyRegistry());
    const response = await app.request("/readyz");
    expect(response.status).toBe(200);
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(await response.json()).toEqual({ status: "ready", checks: READY });
  });

  it("needs no key", async () => {
    const { app } = startService(await tinyRegistry(), { isOpen: false });
    expect((await app.request("/readyz")).status).toBe(200);
  });

  it("names what is missing, and says when to ask again", async () => {
    const { app, shutDatabase } = startService();
    shutDatabase();
    const response = await app.request("/readyz");
    expect(response.headers.get("Retry-After")).toBe("5");
    expect(await problemOf(response)).toMatchObject({
      type: "/problems/not-ready",
      status: 503,
      detail: expect.stringMatching(/pack: no-pack-installed, database: storage-unavailable/),
      checks: { pack: "no-pack-installed", database: "storage-unavailable", files: "ok" },
    });
  });

  it("tells nobody why files cannot be read", async () => {
    const files = filesWith(() => Promise.reject(new Error("EACCES of /secret/place")));
    const { app, logged } = startService(await tinyRegistry(), { files });
    const text = await (await app.request("/readyz")).text();
    expect(JSON.parse(text).checks).toEqual({ ...READY, files: "storage-unavailable" });
    expect(text).not.toContain("secret");
    expect(logged).toContainEqual(expect.objectContaining({ event: "storage-unavailable" }));
  });

  it("waits five seconds for files that do not answer", async () => {
    const files = filesWith(() => new Promise(() => {}));
    const { app } = startService(await tinyRegistry(), { files });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const asked = Promise.resolve(app.request("/readyz"));
    await vi.advanceTimersByTimeAsync(5000);
    expect((await problemOf(await asked)).checks).toMatchObject({ files: "timeout" });
  });

  it("reads the keys that regions share, too", async () => {
    const { close: shut, ...sharedKeys } = openSqliteDatabase(":memory:", MIGRATIONS);
    const service = startService(await tinyRegistry(), { sharedKeys });
    const { checks } = await (await service.app.request("/readyz")).json();
    expect(checks).toEqual({ ...READY, keys: "ok" });
    shut();
    const later = startService(await tinyRegistry(), { sharedKeys });
    expect(await problemOf(await later.app.request("/readyz"))).toMatchObject({
      detail: expect.stringContaining("(keys: storage-unavailable)"),
      checks: { ...READY, keys: "storage-unavailable" },
    });
  });

  it("logs that it is not ready as what it is asked for, and no failure", async () => {
    const { app, logged, shutDatabase } = startService();
    await app.request("/readyz");
    shutDatabase();
    await app.request("/v1/jobs/job_00000000000000000000000000000000");
    const levels = logged.filter(({ event }) => event === "request").map(({ level }) => level);
    expect(levels).toEqual(["info", "error"]);
  });

  it("names its region", async () => {
    const { settings } = startService().platform;
    const { app } = startService(undefined, { settings: { ...settings, region: "eu-west" } });
    expect(await problemOf(await app.request("/readyz"))).toMatchObject({ region: "eu-west" });
  });

  it("reads once for all who ask while files do not answer", async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<null>();
    const files = filesWith(() => answered);
    const { app } = startService(await tinyRegistry(), { files });
    const asked = Array.from({ length: 100 }, () => app.request("/readyz"));
    await vi.waitFor(() => expect(files.reads()).toBe(1));
    answer(null);
    for (const response of await Promise.all(asked)) expect(response.status).toBe(200);
    expect(files.reads()).toBe(1);
  });

  it("reads nothing again for two seconds", async () => {
    const files = filesWith(async () => null);
    let nowMs = Date.now();
    const { app } = startService(await tinyRegistry(), { files, now: () => nowMs });
    for (let i = 0; i < 100; i++) await app.request("/readyz");
    expect(files.reads()).toBe(1);
    nowMs += 2000;
    await app.request("/readyz");
    expect(files.reads()).toBe(2);
  });
});
