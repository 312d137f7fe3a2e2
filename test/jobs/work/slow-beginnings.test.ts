import { expect, test } from "vitest";
import { sql } from "../../../src/database/database.ts";
import { processWindow } from "../../../src/jobs/recording/consumer.ts";
import { jobWork } from "../../../src/jobs/work/compute.ts";
import { processJob } from "../../../src/jobs/work/consumer.ts";
import type { JobWork, PreparedWork } from "../../../src/jobs/work/work.ts";
import { readSettings } from "../../../src/platform/settings.ts";
import { chirp } from "../../support/http/service.ts";
import type { JobService } from "../../support/jobs/job-service.ts";
import { beginRecording, startRecordings, WINDOW_SECONDS } from "../../support/jobs/recordings.ts";

const LEASE_MS = 1000;
/** So many leases would end one after the other. */
const LEASES = 3;

function startWithLease(): Promise<JobService> {
  const settings = { ...readSettings({}), windowSeconds: WINDOW_SECONDS, jobLeaseMs: LEASE_MS };
  return startRecordings(["tiny-group"], { settings });
}

/** Lets longer than a lease pass, several times, while a table's row is held all the time. */
async function lastLong({ platform, clock }: JobService, table: "jobs" | "windows") {
  const held = table === "jobs" ? sql`SELECT max(leased_until) AS until FROM jobs` : WINDOW_UNTIL;
  for (let lease = 0; lease < LEASES; lease++) {
    clock.nowMs += 0.9 * LEASE_MS;
    const until = async () => (await platform.database.first<{ until: number }>(held))?.until;
    await expect.poll(until, { timeout: 20_000 }).toBe(clock.nowMs + LEASE_MS);
  }
}

const WINDOW_UNTIL = sql`SELECT max(leased_until) AS until FROM windows`;

/** Work whose model takes long to be opened. */
function slowToOpen(service: JobService, table: "jobs" | "windows"): JobWork {
  const inner = jobWork(service.platform);
  return {
    ...inner,
    async prepare(options) {
      await lastLong(service, table);
      return await inner.prepare(options);
    },
  };
}

/** Work that waits long for the engine, which others have. */
function slowToBegin(service: JobService): JobWork {
  const inner = jobWork(service.platform);
  return {
    ...inner,
    async prepare(options) {
      const prepared: PreparedWork = await inner.prepare(options);
      const { recorded } = prepared;
      return {
        ...prepared,
        async compute(...given) {
          await lastLong(service, "jobs");
          return await prepared.compute(...given);
        },
        recorded: recorded && {
          ...recorded,
          async computeWindow(...given) {
            await lastLong(service, "windows");
            return await recorded.computeWindow(...given);
          },
        },
      };
    },
  };
}

test.each([
  ["whose model takes several leases to be opened", (s: JobService) => slowToOpen(s, "jobs")],
  ["that waits several leases for the engine", slowToBegin],
])("a job %s stays its consumer's", async (_, slow) => {
  const service = await startWithLease();
  const id = await service.submit(chirp(16_000));
  await processJob(service.platform, slow(service), id);
  expect(await service.job(id)).toMatchObject({ status: "done", tries: 1 });
});

test.each([
  ["whose model takes several leases to be opened", (s: JobService) => slowToOpen(s, "windows")],
  ["that waits several leases for the engine", slowToBegin],
])("a window %s stays its consumer's", async (_, slow) => {
  const service = await startWithLease();
  const id = await beginRecording(service, 1);
  await processWindow(service.platform, slow(service), id);
  expect((await service.job(id)).progress.windows_done).toBe(1);
});
