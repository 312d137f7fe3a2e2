import { expect, test } from "vitest";
import { sql } from "../../../src/database/database.ts";
import { claimWindow } from "../../../src/jobs/recording/claim.ts";
import { processWindow } from "../../../src/jobs/recording/consumer.ts";
import { joinRecording } from "../../../src/jobs/recording/join.ts";
import { remainingWindows } from "../../../src/jobs/recording/table.ts";
import { jobWork } from "../../../src/jobs/work/compute.ts";
import type { JobWork } from "../../../src/jobs/work/work.ts";
import { chirp } from "../../support/http/service.ts";
import {
  answerOf,
  beginRecording,
  LONG_CLIP,
  leftovers,
  resultOf,
  startRecordings,
  WINDOWS,
} from "../../support/jobs/recordings.ts";

test("short jobs submitted behind a recording are done before it", async () => {
  const service = await startRecordings();
  const long = await service.submit(LONG_CLIP, "?pool=mean");
  await service.consumeOne();
  expect((await service.job(long)).progress.windows_total).toBe(WINDOWS);
  const short: string[] = [];
  for (let count = 0; count < 5; count++) short.push(await service.submit(chirp(4000 + count)));
  for (let count = 0; count < 13; count++) await service.consumeOne();
  const states = await Promise.all(short.map(async (id) => (await service.job(id)).status));
  expect(states).toEqual(Array(5).fill("done"));
  expect((await service.job(long)).status).toBe("running");
  await service.drain();
  expect((await service.job(long)).status).toBe("done");
});

test("windows whose consumers die are computed by others once their lease is over", async () => {
  const service = await startRecordings();
  const id = await service.submit(LONG_CLIP, "?pool=mean");
  await service.consumeOne();
  for (let count = 0; count < 3; count++) await claimWindow(service.platform, id);
  await service.drain();
  expect((await service.job(id)).status).toBe("done");
});

test("a window whose consumers die is begun again after all others", async () => {
  const service = await startRecordings();
  const { platform, clock } = service;
  const id = await beginRecording(service, 1);
  const dies = async () => {
    const held = await claimWindow(platform, id);
    clock.nowMs += platform.settings.jobLeaseMs;
    return held?.number;
  };
  const begun: (number | undefined)[] = [];
  for (let count = 0; count < WINDOWS + 1; count++) begun.push(await dies());
  expect(begun).toEqual([...Array(WINDOWS).keys(), 0]);
});

test("a window that was lost twice is computed while no other of its recording is", async () => {
  const service = await startRecordings();
  const { platform, clock } = service;
  const id = await beginRecording(service, 1);
  const claim = async () => (await claimWindow(platform, id))?.number;
  const allDie = () => {
    clock.nowMs += platform.settings.jobLeaseMs;
  };
  for (let death = 0; death < 2; death++) {
    for (let number = 0; number < WINDOWS; number++) expect(await claim()).toBe(number);
    allDie();
  }
  for (const number of [0, 1]) {
    expect(await claim()).toBe(number);
    expect(await claim()).toBeUndefined();
    allDie();
  }
  await service.drain();
  expect(await service.job(id)).toMatchObject({ status: "done", tries: 1 });
});

test("a window that was lost once is not begun beside one that is computed alone", async () => {
  const service = await startRecordings();
  const { platform, clock } = service;
  const id = await beginRecording(service, 1);
  const { database, settings } = platform;
  await database.run(sql`UPDATE windows SET tries = 2 WHERE job_id = ${id} AND number = 3`);
  await database.run(
    sql`UPDATE windows SET tries = 1, done_try = 1 WHERE job_id = ${id} AND number <> 3`,
  );
  expect(await claimWindow(platform, id)).toMatchObject({ number: 3 });
  await database.run(sql`UPDATE windows SET done_try = NULL WHERE job_id = ${id} AND number = 5`);
  expect(await claimWindow(platform, id)).toBeNull();
  clock.nowMs += settings.jobLeaseMs;
  expect(await claimWindow(platform, id)).toMatchObject({ number: 5 });
});

test("a recording whose messages are lost is taken up by the sweep", async () => {
  const service = await startRecordings();
  const id = await service.submit(LONG_CLIP, "?pool=mean");
  await service.consumeOne();
  await service.consumeOne();
  await service.platform.database.run(sql`DELETE FROM messages`);
  service.clock.nowMs += 6 * service.platform.settings.jobLeaseMs;
  await service.background.sweep();
  await service.drain();
  const { status, tries, progress } = await service.job(id);
  expect({ status, tries }).toEqual({ status: "done", tries: 1 });
  expect(progress.windows_done).toBe(WINDOWS);
});

test("what somebody leaves who dies right after the end of a job is removed by the sweep", async () => {
  const service = await startRecordings();
  const { database } = service.platform;
  const deleted = await service.submit(LONG_CLIP, "?pool=mean&start=1");
  const done = await service.submit(LONG_CLIP, "?pool=mean");
  for (let count = 0; count < 4; count++) await service.consumeOne();
  await database.run(sql`DELETE FROM jobs WHERE id = ${deleted}`);
  await database.run(
    sql`UPDATE jobs SET status = 'done', result_key = NULL, lease_token = NULL WHERE id = ${done}`,
  );
  await service.background.sweep();
  expect(await leftovers(service)).toMatchObject({ recordings: 0, windows: 0, samples: [] });
});

test("two recordings of the same clip are computed once", async () => {
  const service = await startRecordings();
  const ids = [
    await service.submit(LONG_CLIP, "?pool=mean"),
    await service.submit(LONG_CLIP, "?pool=mean"),
  ];
  await service.drain();
  const jobs = await Promise.all(ids.map((id) => service.job(id)));
  expect(jobs.map(({ status }) => status)).toEqual(["done", "done"]);
  expect(jobs.map(({ progress }) => progress.windows_total)).toEqual([WINDOWS, 0]);
  expect(await resultOf(service, ids[0])).toEqual(await resultOf(service, ids[1]));
});

test("two consumers that join at once end the job once, and keep its result", async () => {
  const service = await startRecordings();
  const id = await service.submit(LONG_CLIP, "?format=npy");
  await service.consumeOne();
  const { platform } = service;
  while ((await remainingWindows(platform, id)).undone > 1) await service.consumeOne();
  const inner = jobWork(platform);
  const other: Promise<unknown>[] = [];
  /** While one joins, its lease ends, and another joins as well. */
  const slow: JobWork = {
    ...inner,
    async prepare(options) {
      const prepared = await inner.prepare(options);
      const { recorded } = prepared;
      if (recorded === null) throw new Error("no recording");
      const join: typeof recorded.join = async (...given) => {
        service.clock.nowMs += platform.settings.jobLeaseMs;
        other.push(joinRecording(platform, inner, id));
        await Promise.all(other);
        return recorded.join(...given);
      };
      return { ...prepared, recorded: { ...recorded, join } };
    },
  };
  await processWindow(platform, slow, id);
  expect(other).toHaveLength(1);
  expect((await service.job(id)).status).toBe("done");
  const at = await startRecordings();
  const whole = await answerOf(at, "/v1/features?format=npy");
  expect(Buffer.from(await resultOf(service, id)).equals(whole)).toBe(true);
});

test("of one owner four recordings are computed at once; a fifth waits", async () => {
  const service = await startRecordings();
  const ids: string[] = [];
  for (let count = 0; count < 5; count++)
    ids.push(await service.submit(LONG_CLIP, `?pool=mean&start=0.${count + 1}`));
  for (let count = 0; count < 5; count++) await service.consumeOne();
  const states = await Promise.all(ids.map(async (id) => (await service.job(id)).status));
  expect(states).toEqual(["running", "running", "running", "running", "queued"]);
  await service.drain();
  for (const id of ids) expect((await service.job(id)).status).toBe("done");
});

test("of one owner four recordings are computed at once, also of those that are decoded at once", async () => {
  const service = await startRecordings();
  const ids: string[] = [];
  for (let count = 0; count < 6; count++)
    ids.push(await service.submit(LONG_CLIP, `?pool=mean&start=0.${count + 1}`));
  await Promise.all(ids.map(() => service.consumeOne()));
  const jobs = await Promise.all(ids.map((id) => service.job(id)));
  expect(jobs.map(({ status }) => status).sort()).toEqual([
    ...["queued", "queued", "running", "running", "running", "running"],
  ]);
  expect((await leftovers(service)).recordings).toBe(4);
  await service.drain();
  for (const id of ids) expect(await service.job(id)).toMatchObject({ status: "done", tries: 1 });
});

test("two hundred recordings at once are all done, four of them at a time, each of five computed once", async () => {
  const service = await startRecordings();
  const { database } = service.platform;
  const clip = chirp(40 * 8000, { sampleRateHz: 8000, format: "u8" });
  const ids: string[] = [];
  for (let number = 0; number < 200; number++) {
    ids.push(await service.submit(clip, `?pool=mean&start=${number % 5}&end=${35 + (number % 5)}`));
  }
  let most = 0;
  const consumeAll = async () => {
    while (await service.consumeOne()) {
      const row = await database.first<{ count: number }>(
        sql`SELECT count(*) AS count FROM recordings`,
      );
      most = Math.max(most, row?.count ?? 0);
    }
  };
  await Promise.all([consumeAll(), consumeAll()]);
  await service.drain();
  const jobs = await Promise.all(ids.map((id) => service.job(id)));
  expect(new Set(jobs.map(({ status }) => status))).toEqual(new Set(["done"]));
  expect(jobs.filter(({ progress }) => progress.windows_total > 0)).toHaveLength(5);
  expect(most).toBe(4);
  expect(await leftovers(service)).toMatchObject({ recordings: 0, samples: [], clips: [] });
});
