import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Store } from "../../../src/store/store.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type BootedWorker, bootWorker } from "../../../support/runtimes/workerd.ts";
import { chirp } from "../../support/http/service.ts";
import { KILLS } from "../../support/runtimes/kills.ts";
import {
  bootBeforeLoneStages,
  bootLoneStage,
  type LoneStage,
} from "../../support/runtimes/lone-stages.ts";

const CLIPS = 12 * KILLS;
const JOBS = 2 * KILLS;
const AT_ONCE = 4;
/** Deaths that a clip was in the middle of. */
const LOSSES = 2;
/** Different clips, so that an answer to another one would be seen. */
const KINDS = 8;
const PATH = "/v1/features?layers=all&format=npz";

const clipOf = (index: number) => chirp(16_000 * 2 + 320 * (index % KINDS));

/** Two workerds, each with a second stage: while one is dead the other answers, as another isolate would. */
let stages: LoneStage[];
let worker: BootedWorker;
let expected: string[];
beforeAll(async () => {
  const alone = await bootWorker();
  await install(alone.bucket);
  expected = [];
  for (let kind = 0; kind < KINDS; kind++) {
    const { status, digest } = await answerOf(alone, kind);
    expect(status).toBe(200);
    expected.push(digest);
  }
  await alone.stop();
  stages = [await bootLoneStage(2, 2, install), await bootLoneStage(2, 2, install)];
  worker = await bootBeforeLoneStages(
    stages.map(({ url }) => url),
    { JOB_RETRY_SECONDS: "0", JOB_LEASE_SECONDS: "2" },
  );
  await install(worker.bucket);
}, 300_000);
afterAll(async () => {
  await worker?.stop();
  for (const stage of stages ?? []) await stage.stop();
});

async function install(bucket: Store): Promise<void> {
  await installGolden(bucket, "tiny-group", "q8");
}

async function answerOf(of: BootedWorker, index: number) {
  const headers = { "Cache-Control": "no-store" };
  const init = { method: "POST", body: clipOf(index), headers };
  const response = await of.fetch(PATH, init);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const digest = createHash("sha256").update(bytes).digest("hex");
  return { status: response.status, digest, bytes, response };
}

/** Kills whichever of the two is answering and starts it again, until `isOver`; gives the number of deaths. */
async function killWhileAnswering(isOver: () => boolean): Promise<number> {
  let deaths = 0;
  while (!isOver()) {
    await new Promise((resolve) => setTimeout(resolve, 150 * Math.random()));
    const answering = stages.map((stage) => stage.answering().then(() => stage));
    const idle = new Promise<null>((resolve) => setTimeout(resolve, 1000, null));
    const dying = await Promise.race([...answering, idle]);
    if (dying === null) continue;
    dying.kill();
    deaths++;
    await dying.restart();
  }
  return deaths;
}

const lost = () => worker.logs().filter(({ event }) => event === "stage-lost");

describe("a stage that is killed", () => {
  it(`in the middle of ${CLIPS} clips costs no wrong answer`, { timeout: 600_000 }, async () => {
    let next = 0;
    let running = AT_ONCE;
    const client = async () => {
      while (next < CLIPS || lost().length < LOSSES) {
        const index = next++;
        const { status, digest, bytes } = await answerOf(worker, index);
        expect(status, new TextDecoder().decode(bytes.subarray(0, 300))).toBe(200);
        expect(digest, `clip ${index}`).toBe(expected[index % KINDS]);
      }
    };
    const clients = Array.from({ length: AT_ONCE }, () => client().finally(() => running--));
    const killing = killWhileAnswering(() => running === 0);
    await Promise.all(clients);
    expect(await killing).toBeGreaterThanOrEqual(LOSSES);
  });

  it("costs no job", { timeout: 600_000 }, async () => {
    const ids: string[] = [];
    const stillRunning = async () => {
      const listed = await Promise.all(
        ids.map(async (id) => (await (await worker.fetch(`/v1/jobs/${id}`)).json()).status),
      );
      return listed.filter((status) => status !== "done");
    };
    let isOver = false;
    const killing = killWhileAnswering(() => isOver);
    for (let job = 0; job < JOBS; job++) {
      const submitted = await worker.fetch("/v1/jobs?layers=all", {
        method: "POST",
        body: chirp(16_000 * 3 + 320 * job),
      });
      expect(submitted.status).toBe(202);
      ids.push((await submitted.json()).id);
    }
    try {
      await expect.poll(stillRunning, { timeout: 300_000, interval: 1000 }).toEqual([]);
    } finally {
      isOver = true;
      await killing;
    }
  });

  it("and has no other in its place is named in a 503, until it is back", {
    timeout: 300_000,
  }, async () => {
    for (const stage of stages) stage.kill();
    const { response, bytes } = await answerOf(worker, 0);
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("Retry-After"))).toBeGreaterThan(0);
    const problem = JSON.parse(new TextDecoder().decode(bytes));
    expect(problem).toMatchObject({ type: "/problems/stage-unreachable", stage: 2 });
    expect(problem.detail).toContain("Stage 2 of 2 of the model could not be reached");
    // What needs no stage behind the first is computed all the same.
    const shallow = await worker.fetch("/v1/features?layers=1", {
      method: "POST",
      body: clipOf(0),
    });
    expect(shallow.status).toBe(200);
    for (const stage of stages) await stage.restart();
    const after = await answerOf(worker, 0);
    expect(after.status).toBe(200);
    expect(after.digest).toBe(expected[0]);
  });
});

describe("a stage from outside", () => {
  it.each(["GET", "POST"])("is not there: %s", async (method) => {
    for (const path of ["/", "/v1/features", "/healthz"]) {
      const init = { method, ...(method === "POST" && { body: "x" }) };
      const response = await (stages[0] as LoneStage).fetchFromOutside(path, init);
      expect(response.status, path).toBe(404);
      expect(await response.text()).toBe("");
    }
  });
});
