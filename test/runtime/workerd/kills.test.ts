import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sql } from "../../../src/database/database.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type BootedWorker, bootWorker } from "../../../support/runtimes/workerd.ts";
import { chirp } from "../../support/http/service.ts";
import { expectOneResultPerClip, KILLS, type SubmittedJob } from "../../support/runtimes/kills.ts";

const JOBS_PER_LIFE = 4;
const CLIPS = 30;
const LONGEST_LIFE_MS = 800;
const VARS = { JOB_LEASE_SECONDS: "1", JOB_RETRY_SECONDS: "0" };

let worker: BootedWorker;
beforeAll(async () => {
  worker = await bootWorker(VARS);
  await installGolden(worker.bucket, "tiny-group", "fp32");
});
afterAll(() => worker?.stop());

const jobs: SubmittedJob[] = [];

/** Connections of the dead may be found closed only when they are used: clients try again, and so does this. */
async function persistently<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === 20 || !/fetch failed|ECONN|socket/i.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

const fetch = (path: string, init?: RequestInit) => persistently(() => worker.fetch(path, init));
const fireCron = () => persistently(() => worker.fireCron());

async function submitJob(): Promise<void> {
  const clip = (jobs.length * 7) % CLIPS;
  const body = chirp(500 + 16 * clip);
  // Sent again it is the same job, whether or not the first time was heard.
  const headers = { "Idempotency-Key": `job-${jobs.length}` };
  const submit = () => fetch("/v1/jobs?layers=all", { method: "POST", body, headers });
  await expect
    .poll(
      async () => {
        const response = await submit();
        const { id } = await response.json();
        if (response.status === 202) jobs.push({ id, clip });
        return response.status;
      },
      { timeout: 90_000, interval: 500 },
    )
    .toBe(202);
}

async function unfinished(): Promise<number> {
  const query = sql`SELECT count(*) AS count FROM jobs WHERE status IN ('queued', 'running')`;
  const row = await persistently(() => worker.database.first<{ count: number }>(query));
  return row?.count ?? 0;
}

async function resultOf(id: string): Promise<string | null> {
  const response = await fetch(`/v1/jobs/${id}/result?format=safetensors`);
  if (response.status === 409) return null;
  expect(response.status).toBe(200);
  return createHash("sha256")
    .update(new Uint8Array(await response.arrayBuffer()))
    .digest("hex");
}

it(`loses no job in ${KILLS} deaths of workerd, whose queues die with it, and does none twice`, async () => {
  const seenResults = new Map<string, string>();
  for (let kill = 0; kill < KILLS; kill++) {
    for (let job = 0; job < JOBS_PER_LIFE; job++) await submitJob();
    await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_LIFE_MS));
    const { id } = jobs.at(-JOBS_PER_LIFE) as { id: string };
    const result = await resultOf(id);
    if (result !== null) seenResults.set(id, result);
    await worker.kill();
    await worker.restart(VARS);
    await fireCron();
  }
  const finish = async () => {
    await fireCron();
    return await unfinished();
  };
  await expect.poll(finish, { timeout: 90_000, interval: 1000 }).toBe(0);

  await expectOneResultPerClip(jobs, resultOf, seenResults);
}, 3_600_000);
