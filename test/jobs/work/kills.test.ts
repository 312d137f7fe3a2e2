import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createApp } from "../../../src/app.ts";
import { type Statement, sql } from "../../../src/database/database.ts";
import { filesystemStore } from "../../../src/store/filesystem.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { chirp } from "../../support/http/service.ts";
import { openJobsDirectory } from "../../support/jobs/jobs-directory.ts";
import { KILLS } from "../../support/runtimes/kills.ts";

const CONSUMER = join(import.meta.dirname, "../../support/jobs/mortal-consumer.ts");
const CONSUMERS_AT_ONCE = 2;
/** A consumer dies sooner than a service: there are five times as many. */
const DEATHS = 5 * KILLS;
/** Jobs that wait whenever consumers begin: enough for every point of death to be met. */
const BACKLOG = 24;
/** A consumer that finds work makes a good ten calls for each job, two moments each. */
const LATEST_POINT = 300;
const CLIPS = 25;

let directory: string;
let platform: ReturnType<typeof openJobsDirectory>;
let app: ReturnType<typeof createApp>;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-kills-"));
  await installGolden(filesystemStore(join(directory, "packs-store")), "tiny-group", "fp32");
  platform = openJobsDirectory(directory);
  app = createApp(platform);
});
afterAll(async () => {
  platform?.database.close();
  await rm(directory, { recursive: true });
});

function startConsumer(point: number): { child: ChildProcess; ended: Promise<string | null> } {
  const child = spawn(process.execPath, [CONSUMER, directory, String(point)], { stdio: "inherit" });
  return {
    child,
    ended: new Promise((resolve) => child.on("exit", (_, signal) => resolve(signal))),
  };
}

const jobs: { readonly id: string; readonly clip: number }[] = [];

async function submitJob(): Promise<void> {
  // Every clip comes several times, at different moments.
  const clip = (jobs.length * 7) % CLIPS;
  const body = chirp(500 + 16 * clip);
  const response = await app.request("/v1/jobs?layers=all", { method: "POST", body });
  jobs.push({ id: (await response.json()).id, clip });
}

async function count(query: Statement): Promise<number> {
  return (await platform.database.first<{ count: number }>(query))?.count ?? 0;
}

const unfinished = () =>
  count(sql`SELECT count(*) AS count FROM jobs WHERE status IN ('queued', 'running')`);
const waitingMessages = () => count(sql`SELECT count(*) AS count FROM messages`);

async function resultOf(id: string): Promise<string> {
  const response = await app.request(`/v1/jobs/${id}/result?format=safetensors`);
  expect(response.status).toBe(200);
  return createHash("sha256")
    .update(new Uint8Array(await response.arrayBuffer()))
    .digest("hex");
}

/** The result that each clip was first seen to have. */
const resultOfClip = new Map<number, string>();

/** A clip that was seen to have a result has it for ever, whichever of its jobs is asked. */
async function expectResultsToStay(): Promise<void> {
  for (const { id, clip } of jobs) {
    const { status, problem } = await (await app.request(`/v1/jobs/${id}`)).json();
    // Nobody can tell a consumer that was killed while it computed a job from one that was killed by the job.
    if (status === "failed") expect(problem.type).toBe("/problems/computation-lost");
    else expect(["queued", "running", "done"]).toContain(status);
    if (status !== "done") continue;
    const result = await resultOf(id);
    expect(resultOfClip.get(clip) ?? result).toBe(result);
    resultOfClip.set(clip, result);
  }
}

it(`survives ${DEATHS} deaths of its consumers at random points: no job is lost, stuck, or done twice`, async () => {
  let deaths = 0;
  while (deaths < DEATHS) {
    while ((await unfinished()) < BACKLOG) await submitJob();
    const consumers = Array.from({ length: CONSUMERS_AT_ONCE }, () =>
      startConsumer(1 + Math.floor(Math.random() * LATEST_POINT)),
    );
    const signals = await Promise.all(consumers.map(({ ended }) => ended));
    expect(signals).toEqual(signals.map(() => "SIGKILL"));
    deaths += signals.length;
    if (deaths % 20 === 0) await expectResultsToStay();
  }
  const { child, ended } = startConsumer(0);
  try {
    await expect.poll(unfinished, { timeout: 60_000, interval: 200 }).toBe(0);
    await expect.poll(waitingMessages, { timeout: 60_000, interval: 200 }).toBe(0);
  } finally {
    child.kill();
    await ended;
  }
  await expectResultsToStay();
  expect(resultOfClip.size).toBe(Math.min(CLIPS, jobs.length));

  const direct = await app.request("/v1/features?layers=all&format=safetensors", {
    method: "POST",
    body: chirp(500),
    headers: { "Cache-Control": "no-cache, no-store" },
  });
  const expected = createHash("sha256").update(new Uint8Array(await direct.arrayBuffer()));
  expect(resultOfClip.get(0)).toBe(expected.digest("hex"));

  expect(await platform.files.list("clips/")).toEqual([]);
}, 600_000);
