import { beforeEach, describe, expect, it } from "vitest";
import { type Database, sql } from "../../../src/database/database.ts";
import { claimJob } from "../../../src/jobs/leases.ts";
import { sweep } from "../../../src/jobs/sweep/sweep.ts";
import { claimResult, saveResult } from "../../../src/results/results.ts";
import { chirp } from "../../support/http/service.ts";
import { type JobService, startJobService } from "../../support/jobs/job-service.ts";

const DAY_MS = 24 * 3600_000;

let service: JobService;
beforeEach(async () => {
  service = await startJobService();
});

const loseMessages = () => service.platform.database.run(sql`DELETE FROM messages`);
const patienceMs = () => 5 * service.platform.settings.jobLeaseMs;
const rows = async (table: string) =>
  (await service.platform.database.all({ sql: `SELECT * FROM ${table}`, values: [] })).length;

describe("the sweep", () => {
  it("sends the message of a job again if nothing happened to it for five leases", async () => {
    const id = await service.submit(chirp(700));
    await loseMessages();
    service.clock.nowMs += patienceMs() - 1;
    await service.background.sweep();
    await service.drain();
    expect((await service.job(id)).status).toBe("queued");
    service.clock.nowMs += 1;
    await service.background.sweep();
    await service.drain();
    expect((await service.job(id)).status).toBe("done");
  });

  it("sends it once, not each minute", async () => {
    await service.submit(chirp(700));
    await loseMessages();
    service.clock.nowMs += patienceMs();
    await service.background.sweep();
    await service.background.sweep();
    expect(await rows("messages")).toBe(1);
  });

  it("goes on with a batch whose message was lost", async () => {
    const response = await service.app.request("/v1/batches", {
      method: "POST",
      body: '{"url": "ftp://nowhere/"}',
    });
    const { id } = await response.json();
    await loseMessages();
    service.clock.nowMs += patienceMs();
    await service.background.sweep();
    await service.drain();
    const batch = await (await service.app.request(`/v1/batches/${id}`)).json();
    expect(batch.status).toBe("done");
  });

  it("forgets results whose time is over, with their bytes, and no others", async () => {
    await service.submit(chirp(700));
    await service.drain();
    service.clock.nowMs += DAY_MS / 2;
    await service.submit(chirp(710));
    await service.drain();
    service.clock.nowMs += DAY_MS / 2;
    await service.background.sweep();
    expect(await rows("results")).toBe(1);
    expect(await service.platform.files.list("results/")).toHaveLength(1);
    service.clock.nowMs += DAY_MS / 2;
    await service.background.sweep();
    expect(await rows("results")).toBe(0);
    expect(await service.platform.files.list("")).toEqual([]);
  });

  it("forgets however many results are over, some at a time", async () => {
    const { database, files, settings } = service.platform;
    const names = Array.from({ length: 250 }, (_, index) => `many-${index}`);
    for (const name of names) {
      await claimResult(service.platform, name, "t");
      await saveResult(service.platform, name, "t", { header: "{}", parts: [Uint8Array.of(1)] });
    }
    service.clock.nowMs += settings.resultTtlMs;
    let calls = 0;
    const counting: Database = {
      ...database,
      all: (statement) => {
        calls++;
        return database.all(statement);
      },
      run: (statement) => {
        calls++;
        return database.run(statement);
      },
    };
    await sweep({ ...service.platform, database: counting });
    expect(await rows("results")).toBe(0);
    expect(await files.list("")).toEqual([]);
    expect(calls).toBeLessThan(20);
  });

  it("takes no job that is held for one without a message", async () => {
    const id = await service.submit(chirp(700));
    await loseMessages();
    service.clock.nowMs += patienceMs();
    await claimJob(service.platform, id);
    await service.background.sweep();
    expect(await rows("messages")).toBe(0);
    service.clock.nowMs += patienceMs();
    await service.background.sweep();
    expect(await rows("messages")).toBe(1);
  });

  it("lets a result live as long as the youngest job that has it", async () => {
    await service.submit(chirp(700));
    await service.drain();
    service.clock.nowMs += DAY_MS - 1000;
    const younger = await service.submit(chirp(700));
    await service.drain();
    service.clock.nowMs += DAY_MS - 1000;
    await service.background.sweep();
    expect((await service.app.request(`/v1/jobs/${younger}/result`)).status).toBe(200);
  });

  it("remembers for a month that there was a job, then forgets that too", async () => {
    const id = await service.submit(chirp(700), "", { "Idempotency-Key": "k" });
    await service.drain();
    service.clock.nowMs += DAY_MS;
    await service.background.sweep();
    expect((await service.job(id)).status).toBe("expired");
    expect(await rows("idempotency")).toBe(0);
    service.clock.nowMs += 30 * DAY_MS;
    await service.background.sweep();
    expect((await service.app.request(`/v1/jobs/${id}`)).status).toBe(404);
    expect(await rows("jobs")).toBe(0);
  });

  it("forgets the results of a batch, and in the end the batch", async () => {
    const response = await service.app.request("/v1/batches", {
      method: "POST",
      body: '{"url": "ftp://nowhere/"}',
    });
    const path = `/v1/batches/${(await response.json()).id}`;
    await service.drain();
    expect((await service.app.request(`${path}/results`)).status).toBe(200);
    service.clock.nowMs += DAY_MS;
    expect((await service.app.request(`${path}/results`)).status).toBe(410);
    expect((await (await service.app.request(path)).json()).status).toBe("expired");
    await service.background.sweep();
    expect(await service.platform.files.list("batches/")).toEqual([]);
    service.clock.nowMs += 30 * DAY_MS;
    await service.background.sweep();
    expect((await service.app.request(path)).status).toBe(404);
  });
});
