import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { filesystemStore } from "../../../src/store/filesystem.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type MortalServer, startMortalServer } from "../../../support/runtimes/node.ts";
import { expectShortBeforeLong } from "../../support/jobs/behind-long.ts";
import {
  expectDiarizedByOverlap,
  expectDiarizedByVoices,
  installDiarizers,
} from "../../support/jobs/by-voices.ts";
import { LONG_CLIP, WINDOW_SECONDS } from "../../support/jobs/recordings.ts";

const KILLS = 3;
const LONGEST_LIFE_MS = 1000;

let directory: string;
let server: MortalServer;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "undertone-node-recordings-"));
  const packs = filesystemStore(join(directory, "packs"));
  for (const name of ["tiny-layer"]) await installGolden(packs, name, "q8");
  await installDiarizers(packs);
  server = await startMortalServer(directory, {
    ...{ UNDERTONE_WORKERS: "2", WINDOW_SECONDS: String(WINDOW_SECONDS) },
    ...{ MAX_CLIP_SECONDS: "60", JOB_LEASE_SECONDS: "1", JOB_RETRY_SECONDS: "0" },
  });
});
afterAll(async () => {
  await server.kill();
  await rm(directory, { recursive: true });
});

/** Submits the clip, and gives what its job is. */
async function submit(query: string) {
  const post = { method: "POST", body: LONG_CLIP };
  const { id } = await (await fetch(`${server.url}/v1/jobs?${query}`, post)).json();
  return async () => await (await fetch(`${server.url}/v1/jobs/${id}`)).json();
}

async function bytesAt(path: string, init?: RequestInit): Promise<Uint8Array> {
  const response = await fetch(`${server.url}${path}`, init);
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
}

async function untilDone(job: Awaited<ReturnType<typeof submit>>) {
  const done = async () => expect(await job()).toMatchObject({ status: "done" });
  await vi.waitFor(done, { timeout: 120_000, interval: 200 });
  return await job();
}

it("a recording survives deaths of the Node server and has the bytes of the clip computed at once", async () => {
  const query = "model=tiny-layer-q8&layers=1,3";
  const job = await submit(query);
  for (let death = 0; death < KILLS; death++) {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_LIFE_MS));
    await server.killAndRestart();
  }
  const { progress, result_url } = await untilDone(job);
  expect(progress).toMatchObject({ windows_done: 9, windows_total: 9 });
  const headers = { "Cache-Control": "no-store, no-cache" };
  const whole = await bytesAt(`/v1/features?${query}&format=safetensors`, {
    ...{ method: "POST", body: LONG_CLIP, headers },
  });
  const result = await bytesAt(`${result_url}?format=safetensors`);
  expect(Buffer.from(result).equals(whole)).toBe(true);
}, 240_000);

it("engines in threads join the heads of windows", async () => {
  const query = "model=tiny-xvector-q8";
  const { result_url } = await untilDone(await submit(`task=embedding&${query}`));
  const whole = await fetch(`${server.url}/v1/embeddings?${query}`, {
    ...{ method: "POST", body: LONG_CLIP },
  });
  const { embedding } = await (await fetch(`${server.url}${result_url}`)).json();
  expect(embedding).toEqual((await whole.json()).embedding);
});

it("engines in threads diarize by the voices of a second pack, or by overlap where there is none", async () => {
  const ask = (path: string, init?: RequestInit) => fetch(`${server.url}${path}`, init);
  await expectDiarizedByVoices(ask, WINDOW_SECONDS);
  await expectDiarizedByOverlap(ask, WINDOW_SECONDS);
}, 240_000);

it("twenty short jobs that come in behind a recording of minutes are done before it", async () => {
  await expectShortBeforeLong((path, init) => fetch(`${server.url}${path}`, init));
}, 240_000);
