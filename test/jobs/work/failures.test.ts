import { beforeEach, describe, expect, it } from "vitest";
import { sql } from "../../../src/database/database.ts";
import { UndertoneError } from "../../../src/errors.ts";
import { claimJob, noteComputation } from "../../../src/jobs/leases.ts";
import { jobWork } from "../../../src/jobs/work/compute.ts";
import { chirp } from "../../support/http/service.ts";
import { startJobService } from "../../support/jobs/job-service.ts";
import {
  queuedMessages,
  startWatchedService,
  type WatchedService,
} from "../../support/jobs/watched-service.ts";

let service: WatchedService;
beforeEach(async () => {
  service = await startWatchedService();
});

describe("a try that fails", () => {
  const failing = (error: unknown) =>
    service.watched(jobWork(service.platform), () => Promise.reject(error));

  it("ends the job if the clip is to blame", async () => {
    const id = await service.submit(chirp(870));
    const error = new UndertoneError("clip-too-long", "Too long.", { maxSeconds: 2 });
    expect(await service.process(id, failing(error))).toEqual({ kind: "done" });
    expect((await service.job(id)).problem).toEqual({
      type: "/problems/clip-too-long",
      title: "The clip lasts too long",
      status: 413,
      detail: "Too long.",
      max_seconds: 2,
    });
  });

  it.each([
    [
      "an UndertoneError that may pass",
      new UndertoneError("pack-damaged", "Damaged."),
      "pack-damaged",
    ],
    ["any other error", new TypeError("secret internals"), "internal"],
  ])("is followed by another after twice the time: %s", async (_what, error, slug) => {
    const id = await service.submit(chirp(880));
    for (const delaySeconds of [5, 10, 20]) {
      expect(await service.process(id, failing(error))).toEqual({ kind: "retry", delaySeconds });
      const job = await service.job(id);
      expect(job).toMatchObject({ status: "queued", problem: { type: `/problems/${slug}` } });
      expect(JSON.stringify(job)).not.toContain("secret internals");
    }
    await service.process(id);
    expect(await service.job(id)).toMatchObject({ status: "done", tries: 4, problem: null });
  });

  it("is logged with its reason if the reason is nobody's business", async () => {
    const id = await service.submit(chirp(880));
    await service.process(id, failing(new TypeError("internals")));
    expect(service.logged).toContainEqual(
      expect.objectContaining({ event: "job-try-failed", job_id: id, message: "internals" }),
    );
  });

  it("does not count while the engine is busy with others", async () => {
    const id = await service.submit(chirp(890));
    await service.platform.database.run(sql`DELETE FROM messages`);
    const busy = new UndertoneError("queue-full", "Busy.", { retryAfterSeconds: 2 });
    for (let time = 0; time < 30; time++) await service.process(id, failing(busy));
    const delayed = await queuedMessages(service);
    expect(delayed.every(({ visible_at }) => visible_at === service.clock.nowMs + 2000)).toBe(true);
    await service.process(id);
    expect(await service.job(id)).toMatchObject({ status: "done", tries: 1 });
  });

  it("as often as the queue tries ends the job, which says why", async () => {
    const id = await service.submit(chirp(895));
    await service.app.request("/healthz");
    const { models } = service.platform;
    const broken = {
      ...models,
      open: () => Promise.reject(new UndertoneError("pack-damaged", "Damaged.")),
    };
    const other = await startJobService(
      { database: service.platform.database, files: service.platform.files },
      broken,
    );
    await other.drain();
    expect((await service.job(id)).problem).toMatchObject({
      type: "/problems/tries-exhausted",
      tries: 6,
      last_problem: "pack-damaged",
      detail: expect.stringContaining("Damaged."),
    });
  });

  /** Begins to compute, and dies. */
  const die = async (id: string) => {
    const held = await claimJob(service.platform, id);
    if (held !== null) await noteComputation(service.platform, held);
    service.clock.nowMs += service.platform.settings.jobLeaseMs;
  };

  it("without a word, while it is computed, is repeated once", async () => {
    const once = await service.submit(chirp(897));
    await die(once);
    await service.process(once);
    expect(await service.job(once)).toMatchObject({ status: "done", tries: 2 });
    const twice = await service.submit(chirp(898));
    await die(twice);
    await die(twice);
    expect(await service.process(twice)).toEqual({ kind: "done" });
    expect(await service.job(twice)).toMatchObject({
      status: "failed",
      problem: {
        type: "/problems/computation-lost",
        detail: expect.stringContaining("shorter clip"),
      },
    });
    expect(service.computations()).toBe(1);
  });

  it("by a crash of the engine's thread is repeated once", async () => {
    const id = await service.submit(chirp(899));
    const crashing = failing(new UndertoneError("engine-crashed", "Out of memory."));
    expect(await service.process(id, crashing)).toMatchObject({ kind: "retry" });
    expect(await service.process(id, crashing)).toMatchObject({ kind: "retry" });
    expect(await service.process(id, crashing)).toEqual({ kind: "done" });
    expect(service.computations()).toBe(2);
    expect((await service.job(id)).problem?.type).toBe("/problems/computation-lost");
  });

  it("counts no computation that said why it failed", async () => {
    const id = await service.submit(chirp(900));
    await die(id);
    await service.process(id, failing(new UndertoneError("pack-damaged", "Damaged.")));
    await service.process(id);
    expect(await service.job(id)).toMatchObject({ status: "done", tries: 3 });
  });

  it("without a word, twenty times, ends the job too", async () => {
    const id = await service.submit(chirp(896));
    for (let time = 0; time < 20; time++) {
      await claimJob(service.platform, id);
      service.clock.nowMs += service.platform.settings.jobLeaseMs;
    }
    await service.process(id);
    expect((await service.job(id)).problem).toMatchObject({
      type: "/problems/tries-exhausted",
      tries: 20,
    });
    expect(service.computations()).toBe(0);
  });
});
