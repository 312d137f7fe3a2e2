import { beforeEach, describe, expect, it } from "vitest";
import { sql } from "../../../src/database/database.ts";
import { claimJob } from "../../../src/jobs/leases.ts";
import { jobWork } from "../../../src/jobs/work/compute.ts";
import { chirp } from "../../support/http/service.ts";
import {
  queuedMessages,
  startWatchedService,
  type WatchedService,
} from "../../support/jobs/watched-service.ts";

let service: WatchedService;
beforeEach(async () => {
  service = await startWatchedService();
});

const resultBytes = async (id: string) =>
  new Uint8Array(
    await (await service.app.request(`/v1/jobs/${id}/result?format=npy`)).arrayBuffer(),
  );

describe("a message about a job", () => {
  it("logs how the job ended and how long its try took", async () => {
    const id = await service.submit(chirp(790));
    const slow = service.watched(service.work, (compute) => {
      service.clock.nowMs += 1234;
      return compute();
    });
    await service.process(id, slow);
    const end = { event: "job", job_id: id, status: "done", result: "computed", tries: 1 };
    expect(service.logged).toContainEqual(expect.objectContaining({ ...end, duration_ms: 1234 }));
  });

  it("computes it once, however often it comes", async () => {
    const id = await service.submit(chirp(800));
    for (let time = 0; time < 3; time++)
      expect(await service.process(id)).toEqual({ kind: "done" });
    expect(service.computations()).toBe(1);
    expect(await service.job(id)).toMatchObject({ status: "done", tries: 1 });
  });

  it("computes it once if it comes twice at the same time; the other comes back when the lease is over", async () => {
    const id = await service.submit(chirp(800));
    await service.platform.database.run(sql`DELETE FROM messages`);
    await Promise.all([service.process(id), service.process(id), service.process(id)]);
    expect(service.computations()).toBe(1);
    const postponed = await queuedMessages(service);
    expect(postponed).toHaveLength(2);
    const leaseEnd = service.clock.nowMs + service.platform.settings.jobLeaseMs;
    for (const { visible_at } of postponed) expect(visible_at).toBe(leaseEnd);
    await service.drain();
    expect(service.computations()).toBe(1);
  });

  it("is done with if there is no such job", async () => {
    expect(await service.process("job_unknown")).toEqual({ kind: "done" });
    expect(await queuedMessages(service)).toEqual([]);
  });

  it("takes a job over from a consumer that died, once its lease is over and not before", async () => {
    const id = await service.submit(chirp(800));
    await claimJob(service.platform, id);
    await service.process(id);
    expect(service.computations()).toBe(0);
    service.clock.nowMs += service.platform.settings.jobLeaseMs;
    await service.process(id);
    expect(await service.job(id)).toMatchObject({ status: "done", tries: 2 });
  });
});

describe("a clip that is asked for several times", () => {
  it("is computed once, by jobs one after the other and by POST /v1/features", async () => {
    const ids = [await service.submit(chirp(810)), await service.submit(chirp(810), "?layers=3")];
    for (const id of ids) await service.process(id);
    expect(service.computations()).toBe(1);
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
    await Promise.all(ids.map((id) => service.process(id)));
    await service.drain();
    expect(service.computations()).toBe(1);
    for (const id of ids) expect((await service.job(id)).status).toBe("done");
  });

  it("is computed again for other layers, another pool or another pack, and after its result expired", async () => {
    for (const query of ["", "?layers=1", "?pool=mean"]) {
      await service.process(await service.submit(chirp(830), query));
    }
    expect(service.computations()).toBe(3);
    service.clock.nowMs += service.platform.settings.resultTtlMs;
    const id = await service.submit(chirp(830));
    await service.process(id);
    expect(service.computations()).toBe(4);
    expect((await service.job(id)).status).toBe("done");
  });

  it("is computed again if somebody deleted its bytes", async () => {
    await service.process(await service.submit(chirp(840)));
    for (const key of await service.platform.files.list("results/")) {
      await service.platform.files.delete(key);
    }
    const id = await service.submit(chirp(840));
    await service.process(id);
    await service.drain();
    expect(service.computations()).toBe(2);
    expect((await resultBytes(id)).length).toBeGreaterThan(0);
  });
});

describe("a consumer that was slow, so that another took its job", () => {
  it("changes nothing when it ends", async () => {
    const id = await service.submit(chirp(850));
    let fast: Uint8Array | undefined;
    const slow = service.watched(jobWork(service.platform), async (compute) => {
      service.clock.nowMs += service.platform.settings.jobLeaseMs;
      await service.process(id);
      fast = await resultBytes(id);
      const late = await compute();
      if (!("parts" in late)) throw new Error("the clip is short");
      return { header: late.header, parts: late.parts.map((part) => part.map((byte) => ~byte)) };
    });
    await service.process(id, slow);
    expect(await service.job(id)).toMatchObject({ status: "done", tries: 2 });
    expect(await resultBytes(id)).toEqual(fast);
    expect(await service.platform.files.list("results/")).toHaveLength(1);
  });

  it.each([
    { name: "as it ends", passedMs: 0 },
    { name: "at the next report", passedMs: 5000 },
  ])("notices $name that its job was deleted, and leaves nothing behind", async ({ passedMs }) => {
    const id = await service.submit(chirp(16_000));
    const deleted = service.watched(jobWork(service.platform), async (compute) => {
      await service.app.request(`/v1/jobs/${id}`, { method: "DELETE" });
      service.clock.nowMs += passedMs;
      return compute();
    });
    expect(await service.process(id, deleted)).toEqual({ kind: "done" });
    expect(await service.platform.files.list("")).toEqual([]);
    expect((await service.app.request(`/v1/jobs/${id}`)).status).toBe(404);
  });
});
