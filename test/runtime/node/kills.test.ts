import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { filesystemStore } from "../../../src/store/filesystem.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type MortalServer, startMortalServer } from "../../../support/runtimes/node.ts";
import { chirp } from "../../support/http/service.ts";
import { expectOneResultPerClip, KILLS, type SubmittedJob } from "../../support/runtimes/kills.ts";

const JOBS_PER_LIFE = 5;
const CLIPS = 40;
/** Long enough that some lives end jobs, and begin others. */
const LONGEST_LIFE_MS = 2000;

let directory: string;
let server: MortalServer;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-node-kills-"));
  await installGolden(filesystemStore(join(directory, "packs")), "tiny-group", "fp32");
  server = await startMortalServer(directory, {
    JOB_LEASE_SECONDS: "1",
    JOB_RETRY_SECONDS: "0",
  });
});
afterAll(async () => {
  await server.kill();
  await rm(directory, { recursive: true });
});

const jobs: SubmittedJob[] = [];

async function submitJob(): Promise<void> {
  // Every clip comes several times, at different moments.
  const clip = (jobs.length * 7) % CLIPS;
  const body = chirp(500 + 16 * clip);
  const response = await fetch(`${server.url}/v1/jobs?layers=all`, { method: "POST", body });
  expect(response.status).toBe(202);
  jobs.push({ id: (await response.json()).id, clip });
}

async function countOf(status: string): Promise<number> {
  const response = await fetch(`${server.url}/v1/jobs?status=${status}&limit=100`);
  return (await response.json()).jobs.length;
}

async function resultOf(id: string): Promise<string | null> {
  const response = await fetch(`${server.url}/v1/jobs/${id}/result?format=safetensors`);
  if (response.status === 409) return null;
  expect(response.status).toBe(200);
  return createHash("sha256")
    .update(new Uint8Array(await response.arrayBuffer()))
    .digest("hex");
}

it(`loses no job in ${KILLS} deaths of the Node server, and does none twice`, async () => {
  const seenResults = new Map<string, string>();
  for (let death = 0; death < KILLS; death++) {
    for (let job = 0; job < JOBS_PER_LIFE; job++) await submitJob();
    await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_LIFE_MS));
    const { id } = jobs[Math.floor(Math.random() * jobs.length)] as { id: string };
    const result = await resultOf(id);
    if (result !== null) expect(seenResults.get(id) ?? result, id).toBe(result);
    if (result !== null) seenResults.set(id, result);
    await server.killAndRestart();
  }
  const unfinished = async () => (await countOf("queued")) + (await countOf("running"));
  await expect.poll(unfinished, { timeout: 300_000, interval: 500 }).toBe(0);
  expect(await countOf("failed")).toBe(0);

  const clips = await expectOneResultPerClip(jobs, resultOf, seenResults);
  expect(clips).toBe(Math.min(CLIPS, jobs.length));
}, 1_200_000);
