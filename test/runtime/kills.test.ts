import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sql } from "../../src/jobs/database.ts";
import { chirp } from "../http/service.ts";
import { installGolden } from "../tiny-pack.ts";
import { KILLS } from "./kills.ts";
import { type BootedWorker, bootWorker } from "./worker.ts";

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

const jobs: { readonly id: string; readonly clip: number }[] = [];

async function submitJob(): Promise<void> {
  const clip = (jobs.length * 7) % CLIPS;
  const body = chirp(500 + 16 * clip);
  const response = await worker.fetch("/v1/jobs?layers=all", { method: "POST", body });
  jobs.push({ id: (await response.json()).id, clip });
}

async function unfinished(): Promise<number> {
  const row = await worker.database.first<{ count: number }>(
    sql`SELECT count(*) AS count FROM jobs WHERE status IN ('queued', 'running')`,
  );
  return row?.count ?? 0;
}

async function resultOf(id: string): Promise<string | null> {
  const response = await worker.fetch(`/v1/jobs/${id}/result?format=safetensors`);
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
    await worker.fireCron();
  }
  const finish = async () => {
    await worker.fireCron();
    return await unfinished();
  };
  await expect.poll(finish, { timeout: 90_000, interval: 1000 }).toBe(0);

  const resultOfClip = new Map<number, string>();
  for (const { id, clip } of jobs) {
    const result = await resultOf(id);
    expect(result, id).not.toBeNull();
    expect(resultOfClip.get(clip) ?? result, id).toBe(result);
    expect(seenResults.get(id) ?? result, id).toBe(result);
    resultOfClip.set(clip, result as string);
  }
}, 3_600_000);
