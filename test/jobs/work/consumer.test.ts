import { beforeEach, describe, expect, it } from "vitest";
import { sql } from "../../../src/database/database.ts";
import { UndertoneError } from "../../../src/errors.ts";
import { claimJob, noteComputation } from "../../../src/jobs/leases.ts";
import { jobWork } from "../../../src/jobs/work/compute.ts";
import { processJob } from "../../../src/jobs/work/consumer.ts";
import type { JobWork, PreparedWork } from "../../../src/jobs/work/work.ts";
import { chirp } from "../../support/http/service.ts";
import { type JobService, startJobService } from "../../support/jobs/job-service.ts";

let service: JobService;
let work: JobWork;
/** How often something was computed. */
let computations: number;
beforeEach(async () => {
  service = await startJobService();
  computations = 0;
  work = watched(jobWork(service.platform));
});

type Computed = ReturnType<PreparedWork["compute"]>;

/** The same work, counted, with something happening before or instead of the computation. */
function watched(
  inner: JobWork,
  meanwhile: (compute: () => Computed) => Computed = (compute) => compute(),
): JobWork {
  return {
    ...inner,
    async prepare(options) {
      const prepared: PreparedWork = await inner.prepare(options);
      return {
        ...prepared,
        compute(...given) {
          computations++;
          return meanwhile(() => prepared.compute(...given));
        },
      };
    },
  };
}

const process = (id: string, by: JobWork = work) => processJob(service.platform, by, id);
const messages = () =>
  service.platform.database.all<{ body_json: string; visible_at: number }>(
    sql`SELECT body_json, visible_at FROM messages ORDER BY visible_at`,
  );
const resultBytes = async (id: string) =>
  new Uint8Array(
    await (await service.app.request(`/v1/jobs/${id}/result?format=npy`)).arrayBuffer(),
  );

describe("a message about a job", () => {
  it("logs how the job ended and how long its try took", async () => {
    const id = await service.submit(chirp(790));
    const slow = watched(work, (compute) => {
      service.clock.nowMs += 1234;
      return compute();
    });
    await process(id, slow);
    const end = { event: "job", job_id: id, status: "done", result: "computed", tries: 1 };
    expect(service.logged).toContainEqual(expect.objectContaining({ ...end, duration_ms: 1234 }));
  });

  it("computes it once, however often it comes", async () => {
    const id = await service.submit(chirp(800));
    for (let time = 0; time < 3; time++) expect(await process(id)).toEqual({ kind: "done" });
    expect(computations).toBe(1);
    expect(await service.job(id)).toMatchObject({ status: "done", tries: 1 });
  });

  it("computes it once if it comes twice at the same time; the other comes back when the lease is over", async () => {
    const id = await service.submit(chirp(800));
    await service.platform.database.run(sql`DELETE FROM messages`);
    await Promise.all([process(id), process(id), process(id)]);
    expect(computations).toBe(1);
    const postponed = await messages();
    expect(postponed).toHaveLength(2);
    const leaseEnd = service.clock.nowMs + service.platform.settings.jobLeaseMs;
    for (const { visible_at } of postponed) expect(visible_at).toBe(leaseEnd);
    await service.drain();
    expect(computations).toBe(1);
  });

  it("is done with if there is no such job", async () => {
    expect(await process("job_unknown")).toEqual({ kind: "done" });
    expect(await messages()).toEqual([]);
  });

  it("takes a job over from a consumer that died, once its lease is over and not before", async () => {
    const id = await service.submit(chirp(800));
    await claimJob(service.platform, id);
    await process(id);
    expect(computations).toBe(0);
    service.clock.nowMs += service.platform.settings.jobLeaseMs;
    await process(id);
    expect(await service.job(id)).toMatchObject({ status: "done", tries: 2 });
  });
});

describe("a clip that is asked for several times", () => {
  it("is computed once, by jobs one after the other and by POST /v1/features", async () => {
    const ids = [await service.submit(chirp(810)), await service.submit(chirp(810), "?layers=3")];
    for (const id of ids) await process(id);
    expect(computations).toBe(1);
    const response = await service.app.request("/v1/features?format=npy", {
      method: "POST",
      body: chirp(810),
    });
    expect(response.headers.get("Cache-Status")).toBe("Undertone; hit");
    const direct = new Uint8Array(await response.arrayBuffer());
    for (const id of ids) expect(await resultBytes(id)).toEqual(direct);
  });

  it("is computed once by jobs at the same time", async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => service.submit(chirp(820))));
    await Promise.all(ids.map((id) => process(id)));
    await service.drain();
    expect(computations).toBe(1);
    for (const id of ids) expect((await service.job(id)).status).toBe("done");
  });

  it("is computed again for other layers, another pool or another pack, and after its result expired", async () => {
    for (const query of ["", "?layers=1", "?pool=mean"]) {
      await process(await service.submit(chirp(830), query));
    }
    expect(computations).toBe(3);
    service.clock.nowMs += service.platform.settings.resultTtlMs;
    const id = await service.submit(chirp(830));
    await process(id);
    expect(computations).toBe(4);
    expect((await service.job(id)).status).toBe("done");
  });

  it("is computed again if somebody deleted its bytes", async () => {
    await process(await service.submit(chirp(840)));
    for (const key of await service.platform.files.list("results/")) {
      await service.platform.files.delete(key);
    }
    const id = await service.submit(chirp(840));
    await process(id);
    await service.drain();
    expect(computations).toBe(2);
    expect((await resultBytes(id)).length).toBeGreaterThan(0);
  });
});

describe("a consumer that was slow, so that another took its job", () => {
  it("changes nothing when it ends", async () => {
    const id = await service.submit(chirp(850));
    let fast: Uint8Array | undefined;
    const slow = watched(jobWork(service.platform), async (compute) => {
      service.clock.nowMs += service.platform.settings.jobLeaseMs;
      await process(id);
      fast = await resultBytes(id);
      const late = await compute();
      if (!("parts" in late)) throw new Error("the clip is short");
      return { header: late.header, parts: late.parts.map((part) => part.map((byte) => ~byte)) };
    });
    await process(id, slow);
    expect(await service.job(id)).toMatchObject({ status: "done", tries: 2 });
    expect(await resultBytes(id)).toEqual(fast);
    expect(await service.platform.files.list("results/")).toHaveLength(1);
  });

  it.each([
    { name: "as it ends", passedMs: 0 },
    { name: "at the next report", passedMs: 5000 },
  ])("notices $name that its job was deleted, and leaves nothing behind", async ({ passedMs }) => {
    const id = await service.submit(chirp(16_000));
    const deleted = watched(jobWork(service.platform), async (compute) => {
      await service.app.request(`/v1/jobs/${id}`, { method: "DELETE" });
      service.clock.nowMs += passedMs;
      return compute();
    });
    expect(await process(id, deleted)).toEqual({ kind: "done" });
    expect(await service.platform.files.list("")).toEqual([]);
    expect((await service.app.request(`/v1/jobs/${id}`)).status).toBe(404);
  });
});

describe("a job that runs", () => {
  it("writes of its progress little: after 5 s, then each time that it has taken twice as long", async () => {
    const id = await service.submit(chirp(865));
    const written: number[] = [];
    const slow: JobWork = {
      ...work,
      async prepare(options) {
        const prepared = await work.prepare(options);
        return {
          ...prepared,
          async compute(clips, report, signal, longClips) {
            for (let second = 1; second <= 100; second++) {
              service.clock.nowMs += 1000;
              report(second, 100);
              // Written beside the computation.
              await new Promise(setImmediate);
              await new Promise(setImmediate);
              const done = (await service.job(id)).progress.layers_done;
              if (done !== written.at(-1) && done > 0) written.push(done);
            }
            return await prepared.compute(clips, () => {}, signal, longClips);
          },
        };
      },
    };
    await process(id, slow);
    expect(written).toEqual([5, 10, 20, 40, 70, 100]);
    expect((await service.job(id)).progress).toMatchObject({ layers_done: 100, layers_total: 100 });
  });

  it("says how many layers are done, and keeps its lease", async () => {
    const id = await service.submit(chirp(860));
    const seen: unknown[] = [];
    const inner = jobWork(service.platform);
    const work: JobWork = {
      ...inner,
      async prepare(options) {
        const prepared = await inner.prepare(options);
        return {
          ...prepared,
          async compute(clips, report, signal, longClips) {
            for (const layer of [1, 2]) {
              service.clock.nowMs += 100_000;
              report(layer, 3);
              // Reports are written beside the computation.
              await expect
                .poll(async () => (await service.job(id)).progress.layers_done, { timeout: 20_000 })
                .toBe(layer);
              const { status, progress } = await service.job(id);
              const { layers_done, layers_total } = progress;
              seen.push({ status, layers_done, layers_total });
            }
            return await prepared.compute(clips, report, signal, longClips);
          },
        };
      },
    };
    await process(id, work);
    expect(seen).toEqual([
      { status: "running", layers_done: 1, layers_total: 3 },
      { status: "running", layers_done: 2, layers_total: 3 },
    ]);
    // Longer than a lease, and never taken over.
    expect(await service.job(id)).toMatchObject({ status: "done", tries: 1 });
  });
});

describe("a try that fails", () => {
  const failing = (error: unknown) =>
    watched(jobWork(service.platform), () => Promise.reject(error));

  it("ends the job if the clip is to blame", async () => {
    const id = await service.submit(chirp(870));
    const error = new UndertoneError("clip-too-long", "Too long.", { maxSeconds: 2 });
    expect(await process(id, failing(error))).toEqual({ kind: "done" });
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
      expect(await process(id, failing(error))).toEqual({ kind: "retry", delaySeconds });
      const job = await service.job(id);
      expect(job).toMatchObject({ status: "queued", problem: { type: `/problems/${slug}` } });
      expect(JSON.stringify(job)).not.toContain("secret internals");
    }
    await process(id);
    expect(await service.job(id)).toMatchObject({ status: "done", tries: 4, problem: null });
  });

  it("is logged with its reason if the reason is nobody's business", async () => {
    const id = await service.submit(chirp(880));
    await process(id, failing(new TypeError("internals")));
    expect(service.logged).toContainEqual(
      expect.objectContaining({ event: "job-try-failed", job_id: id, message: "internals" }),
    );
  });

  it("does not count while the engine is busy with others", async () => {
    const id = await service.submit(chirp(890));
    await service.platform.database.run(sql`DELETE FROM messages`);
    const busy = new UndertoneError("queue-full", "Busy.", { retryAfterSeconds: 2 });
    for (let time = 0; time < 30; time++) await process(id, failing(busy));
    const delayed = await messages();
    expect(delayed.every(({ visible_at }) => visible_at === service.clock.nowMs + 2000)).toBe(true);
    await process(id);
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
    await process(once);
    expect(await service.job(once)).toMatchObject({ status: "done", tries: 2 });
    const twice = await service.submit(chirp(898));
    await die(twice);
    await die(twice);
    expect(await process(twice)).toEqual({ kind: "done" });
    expect(await service.job(twice)).toMatchObject({
      status: "failed",
      problem: {
        type: "/problems/computation-lost",
        detail: expect.stringContaining("shorter clip"),
      },
    });
    expect(computations).toBe(1);
  });

  it("by a crash of the engine's thread is repeated once", async () => {
    const id = await service.submit(chirp(899));
    const crashing = failing(new UndertoneError("engine-crashed", "Out of memory."));
    expect(await process(id, crashing)).toMatchObject({ kind: "retry" });
    expect(await process(id, crashing)).toMatchObject({ kind: "retry" });
    expect(await process(id, crashing)).toEqual({ kind: "done" });
    expect(computations).toBe(2);
    expect((await service.job(id)).problem?.type).toBe("/problems/computation-lost");
  });

  it("counts no computation that said why it failed", async () => {
    const id = await service.submit(chirp(900));
    await die(id);
    await process(id, failing(new UndertoneError("pack-damaged", "Damaged.")));
    await process(id);
    expect(await service.job(id)).toMatchObject({ status: "done", tries: 3 });
  });

  it("without a word, twenty times, ends the job too", async () => {
    const id = await service.submit(chirp(896));
    for (let time = 0; time < 20; time++) {
      await claimJob(service.platform, id);
      service.clock.nowMs += service.platform.settings.jobLeaseMs;
    }
    await process(id);
    expect((await service.job(id)).problem).toMatchObject({
      type: "/problems/tries-exhausted",
      tries: 20,
    });
    expect(computations).toBe(0);
  });
});
