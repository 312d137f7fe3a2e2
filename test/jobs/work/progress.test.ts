import { beforeEach, describe, expect, it } from "vitest";
import { jobWork } from "../../../src/jobs/work/compute.ts";
import type { JobWork } from "../../../src/jobs/work/work.ts";
import { chirp } from "../../support/http/service.ts";
import { startWatchedService, type WatchedService } from "../../support/jobs/watched-service.ts";

let service: WatchedService;
beforeEach(async () => {
  service = await startWatchedService();
});

describe("a job that runs", () => {
  it("writes of its progress little: after 5 s, then each time that it has taken twice as long", async () => {
    const id = await service.submit(chirp(865));
    const written: number[] = [];
    const slow: JobWork = {
      ...service.work,
      async prepare(options) {
        const prepared = await service.work.prepare(options);
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
    await service.process(id, slow);
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
    await service.process(id, work);
    expect(seen).toEqual([
      { status: "running", layers_done: 1, layers_total: 3 },
      { status: "running", layers_done: 2, layers_total: 3 },
    ]);
    // Longer than a lease, and never taken over.
    expect(await service.job(id)).toMatchObject({ status: "done", tries: 1 });
  });
});
