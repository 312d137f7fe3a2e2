import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sql } from "../../../src/database/database.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { chirp } from "../../support/http/service.ts";
import { type JobService, startJobService } from "../../support/jobs/job-service.ts";

const HOUR_MS = 3600_000;

let service: JobService;
let areFilesOut: boolean;
beforeEach(async () => {
  areFilesOut = false;
  const files = memoryStore();
  const unlessOut =
    <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args) => {
      if (areFilesOut) throw new Error("R2 gives no answer");
      return await call(...args);
    };
  service = await startJobService({
    files: {
      ...files,
      get: unlessOut(files.get),
      getPieces: unlessOut(files.getPieces),
      delete: unlessOut(files.delete),
    },
  });
});
afterEach(() => service.shutDatabase());

const run = (statement: Parameters<typeof service.platform.database.run>[0]) =>
  service.platform.database.run(statement);
const hideJobs = () => run(sql`ALTER TABLE jobs RENAME TO elsewhere`);
const bringJobsBack = () => run(sql`ALTER TABLE elsewhere RENAME TO jobs`);

/** Consumes what comes due, until so long has passed. */
async function consumeFor(durationMs: number): Promise<void> {
  const endMs = service.clock.nowMs + durationMs;
  for (; service.clock.nowMs < endMs; service.clock.nowMs += 30_000) {
    while (await service.consumeOne());
  }
}

describe("jobs and an outage of the database, the queue being there", () => {
  it("are done afterwards, however often their messages came meanwhile", async () => {
    const id = await service.submit(chirp(800));
    await hideJobs();
    await consumeFor(2 * HOUR_MS);
    await bringJobsBack();
    await service.drain();
    expect(await service.job(id)).toMatchObject({ status: "done", tries: 1, problem: null });
  });

  it("are done afterwards if their messages were given up meanwhile", async () => {
    const id = await service.submit(chirp(800));
    await run(sql`UPDATE messages SET tries = 6`);
    await service.drain();
    expect(await service.job(id)).toMatchObject({ status: "done", tries: 1 });
  });
});

describe("jobs and an outage of the files", () => {
  it("say why they wait, and are done afterwards", async () => {
    const id = await service.submit(chirp(800));
    areFilesOut = true;
    await consumeFor(2 * HOUR_MS);
    expect(await service.job(id)).toMatchObject({
      status: "queued",
      problem: { type: "/problems/storage-unavailable", status: 503 },
    });
    areFilesOut = false;
    await service.drain();
    expect(await service.job(id)).toMatchObject({ status: "done" });
  });

  it("do not keep the sweep from sending lost messages again", async () => {
    const expiring = await service.submit(chirp(810));
    await service.drain();
    const lost = await service.submit(chirp(820));
    await run(sql`DELETE FROM messages`);
    service.clock.nowMs += service.platform.settings.resultTtlMs;
    areFilesOut = true;
    await expect(service.background.sweep()).rejects.toMatchObject({ slug: "storage-unavailable" });
    areFilesOut = false;
    await service.drain();
    expect((await service.job(lost)).status).toBe("done");
    expect((await service.job(expiring)).status).toBe("expired");
  });

  it("fail in the end if it never does, hours later, and say why", async () => {
    const id = await service.submit(chirp(800));
    areFilesOut = true;
    await consumeFor(8 * HOUR_MS);
    expect((await service.job(id)).status).toBe("queued");
    await consumeFor(8 * HOUR_MS);
    expect((await service.job(id)).problem).toMatchObject({
      type: "/problems/tries-exhausted",
      last_problem: "storage-unavailable",
    });
  });
});
