import { expect, test } from "vitest";
import { sql } from "../../../src/database/database.ts";
import type { HeldJob } from "../../../src/jobs/leases.ts";
import { beginAnew } from "../../../src/jobs/recording/anew.ts";
import { claimWindow } from "../../../src/jobs/recording/claim.ts";
import { claimJoin, type JoinLease } from "../../../src/jobs/recording/join-lease.ts";
import { resumeRecording } from "../../../src/jobs/recording/start.ts";
import { heldJob, readRecording, remainingWindows } from "../../../src/jobs/recording/table.ts";
import { readJob } from "../../../src/jobs/table.ts";
import type { JobService } from "../../support/jobs/job-service.ts";
import {
  beginRecording,
  leftovers,
  startRecordings,
  windowedRegistry,
} from "../../support/jobs/recordings.ts";

const NOTHING = { recordings: 0, windows: 0, samples: [], clips: [], results: [] };

async function recordingOf({ platform }: JobService, id: string) {
  const [job, recording] = [await readJob(platform, id), await readRecording(platform, id)];
  if (job === null || recording === null) throw new Error("no recording");
  return { job, recording };
}

async function endOf(service: JobService, id: string) {
  await service.drain();
  const { status, problem } = await service.job(id);
  return { status, type: problem?.type };
}

test("a recording of which six died when they joined it fails, instead of taking more with it", async () => {
  const service = await startRecordings();
  const { platform, clock } = service;
  const id = await beginRecording(service, 1);
  while ((await remainingWindows(platform, id)).undone > 1) await service.consumeOne();
  const leases: (JoinLease | null)[] = [];
  for (let count = 0; count < 7; count++) {
    leases.push(await claimJoin(platform, id));
    expect(await claimJoin(platform, id)).toBeNull();
    clock.nowMs += platform.settings.jobLeaseMs;
  }
  // Only the last of them lived long enough to say that it is over.
  for (const lease of leases) await lease?.release();
  expect(await endOf(service, id)).toEqual({
    status: "failed",
    type: "/problems/computation-lost",
  });
});

test("a recording that is not done after seven days fails", async () => {
  const service = await startRecordings();
  const id = await beginRecording(service, 3);
  service.clock.nowMs += 7 * 24 * 3600_000;
  expect(await endOf(service, id)).toEqual({ status: "failed", type: "/problems/tries-exhausted" });
});

test("of a cancelled recording nothing is left, and nobody waits for its result", async () => {
  const service = await startRecordings();
  const { database } = service.platform;
  const id = await beginRecording(service, 3);
  await database.run(sql`UPDATE jobs SET status = 'cancelled' WHERE id = ${id}`);
  await service.drain();
  expect(await leftovers(service)).toEqual(NOTHING);
  expect(await database.all(sql`SELECT key FROM results`)).toEqual([]);
});

test("a window that is computed while its job is deleted leaves nothing", async () => {
  const inner = await windowedRegistry(["tiny-group"]);
  let afterwards = async () => {};
  const service = await startRecordings(
    [],
    {},
    {
      ...inner,
      async open(model) {
        const engine = await inner.open(model);
        return {
          ...engine,
          async runWindow(...given) {
            const result = await engine.runWindow(...given);
            await afterwards();
            return result;
          },
        };
      },
    },
  );
  const id = await beginRecording(service, 2, "");
  afterwards = async () => {
    afterwards = async () => {};
    expect((await service.app.request(`/v1/jobs/${id}`, { method: "DELETE" })).status).toBe(204);
  };
  await service.drain();
  expect(await leftovers(service)).toEqual(NOTHING);
});

test("a recording that two find to be of another pack begins anew once", async () => {
  const service = await startRecordings();
  const { platform } = service;
  const id = await beginRecording(service, 3);
  const { job, recording } = await recordingOf(service, id);
  await beginAnew(platform, job, recording);
  while ((await readRecording(platform, id)) === null) await service.consumeOne();
  const before = await leftovers(service);
  await beginAnew(platform, job, recording);
  expect(await leftovers(service)).toEqual(before);
  expect(await endOf(service, id)).toEqual({ status: "done", type: undefined });
});

test("a recording that is taken up again gets messages only for windows that nobody computes", async () => {
  const service = await startRecordings();
  const { platform } = service;
  const id = await beginRecording(service, 1);
  await platform.database.run(sql`DELETE FROM messages`);
  for (let count = 0; count < 3; count++) await claimWindow(platform, id);
  const { job } = await recordingOf(service, id);
  await resumeRecording(platform, (await heldJob(platform, job)) as HeldJob);
  expect(await platform.database.all(sql`SELECT id FROM messages`)).toHaveLength(5);
});
