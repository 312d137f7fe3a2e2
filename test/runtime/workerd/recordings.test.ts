import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { sql } from "../../../src/database/database.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type BootedWorker, bootWorker } from "../../../support/runtimes/workerd.ts";
import { expectShortBeforeLong } from "../../support/jobs/behind-long.ts";
import {
  expectDiarizedByOverlap,
  expectDiarizedByVoices,
  installDiarizers,
} from "../../support/jobs/by-voices.ts";
import { LONG_CLIP, WINDOW_SECONDS } from "../../support/jobs/recordings.ts";

/** Deaths of workerd while it computes a recording, whose messages die with it. */
const KILLS = 2;
const LONGEST_LIFE_MS = 1500;
const VARS = {
  WINDOW_SECONDS: String(WINDOW_SECONDS),
  ...{ MAX_CLIP_SECONDS: "60", JOB_LEASE_SECONDS: "1", JOB_RETRY_SECONDS: "0" },
};

let worker: BootedWorker;
beforeAll(async () => {
  worker = await bootWorker(VARS);
  await installGolden(worker.bucket, "tiny-layer", "q8");
  await installDiarizers(worker.bucket);
});
afterAll(() => worker?.stop());

async function bytesAt(path: string, init?: RequestInit): Promise<Uint8Array> {
  const response = await worker.fetch(path, init);
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
}

it("a recording survives deaths of workerd and has the bytes of the clip computed at once", async () => {
  const query = "model=tiny-layer-q8&layers=1,3";
  const response = await worker.fetch(`/v1/jobs?${query}`, { method: "POST", body: LONG_CLIP });
  const { id } = await response.json();
  const job = async () => await (await worker.fetch(`/v1/jobs/${id}`)).json();
  for (let kill = 0; kill < KILLS; kill++) {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_LIFE_MS));
    await worker.kill();
    await worker.restart(VARS);
  }
  await vi.waitFor(
    async () => {
      await worker.fireCron();
      expect((await job()).status).toBe("done");
    },
    { timeout: 120_000, interval: 500 },
  );
  expect((await job()).progress).toMatchObject({ windows_done: 9, windows_total: 9 });
  const headers = { "Cache-Control": "no-store, no-cache" };
  const whole = await bytesAt(`/v1/features?${query}&format=safetensors`, {
    ...{ method: "POST", body: LONG_CLIP, headers },
  });
  const result = await bytesAt(`/v1/jobs/${id}/result?format=safetensors`);
  expect(Buffer.from(result).equals(whole)).toBe(true);
  const left = await worker.database.first(
    sql`SELECT (SELECT count(*) FROM windows) AS windows, (SELECT count(*) FROM recordings) AS recordings`,
  );
  expect(left).toEqual({ windows: 0, recordings: 0 });
}, 240_000);

it("a recording is diarized by voices, or by overlap where its pack names no x-vector pack, as Node does it", async () => {
  await expectDiarizedByVoices(worker.fetch, WINDOW_SECONDS);
  await expectDiarizedByOverlap(worker.fetch, WINDOW_SECONDS);
}, 240_000);

it("twenty short jobs that come in behind a recording of minutes are done before it", async () => {
  await expectShortBeforeLong(worker.fetch);
}, 240_000);
