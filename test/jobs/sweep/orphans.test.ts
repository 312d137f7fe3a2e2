import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { sql } from "../../../src/database/database.ts";
import { filesystemStore } from "../../../src/store/filesystem.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { chirp } from "../../support/http/service.ts";
import { type JobService, START_MS, startJobService } from "../../support/jobs/job-service.ts";

const HOUR_MS = 3600_000;
const DAY_MS = 24 * HOUR_MS;
const BYTES = Uint8Array.of(1, 2, 3);

/** What processes leave that die after they have written bytes and before anybody knows of them. */
const LEFT = [
  "batches/batch_gone/lines/0",
  "batches/batch_gone/results.jsonl",
  "clips/job_gone",
  "clips/job_gone_pair.a",
  "clips/job_gone_pair.b",
  `results/${"0".repeat(64)}/lease_gone/0`,
  "self-test/message_late",
];

let nowMs: number;
let service: JobService;
beforeEach(async () => {
  nowMs = START_MS;
  service = await startJobService({ files: memoryStore(() => nowMs) });
});

const files = () => service.platform.files;
const keys = () => files().list("");

async function later(durationMs: number): Promise<void> {
  nowMs += durationMs;
  service.clock.nowMs = nowMs;
  await service.background.sweep();
}

describe("bytes that nobody knows of", () => {
  it("are removed after a day", async () => {
    for (const key of LEFT) await files().put(key, BYTES);
    await later(DAY_MS);
    expect(await keys()).toEqual(LEFT);
    await later(1);
    expect(await keys()).toEqual([]);
    expect(service.logged).toContainEqual(
      expect.objectContaining({ event: "leftovers-removed", count: LEFT.length }),
    );
  });

  it("are parts of a result that another attempt gave", async () => {
    await service.submit(chirp(700));
    await service.drain();
    const [part = ""] = await keys();
    const [, key] = part.split("/");
    await files().put(`results/${key}/lease_slow/0`, BYTES);
    await service.platform.database.run(sql`UPDATE results SET expires_at = ${nowMs + 9 * DAY_MS}`);
    await later(DAY_MS + 1);
    expect(await keys()).toEqual([part]);
  });

  it("are all found, however many there are, a hundred in each sweep", async () => {
    for (let index = 0; index < 250; index++) await files().put(`clips/job_${index}`, BYTES);
    const counts: number[] = [];
    for (let sweep = 0; sweep < 3; sweep++) {
      await later(DAY_MS + 1);
      counts.push((await keys()).length);
    }
    expect(counts).toEqual([150, 50, 0]);
  });

  it("are found behind those that are known", async () => {
    for (let index = 0; index < 150; index++) await service.submit(chirp(700));
    await files().put("clips/job_zzz", BYTES);
    await later(DAY_MS + 1);
    expect(await keys()).toContain("clips/job_zzz");
    await later(1);
    expect(await keys()).not.toContain("clips/job_zzz");
    expect(await files().list("clips/")).toHaveLength(150);
  });
});

describe("bytes that somebody knows of", () => {
  it("stay: clips that wait, results that live, lines and lists of batches", async () => {
    const waiting = await service.submit(chirp(710));
    const response = await service.app.request("/v1/batches", {
      method: "POST",
      body: '{"url": "https://127.0.0.1:1/a.wav"}',
    });
    const { id } = await response.json();
    await files().put(`results/${"1".repeat(64)}/lease_live/0`, BYTES);
    await service.platform.database.run(sql`INSERT INTO results (key, folder, expires_at, header_json)
      VALUES (${"1".repeat(64)}, 'lease_live', ${nowMs + 9 * DAY_MS}, '{}')`);
    const before = await keys();
    expect(before).toEqual([
      `batches/${id}/lines/0`,
      `clips/${waiting}`,
      `results/${"1".repeat(64)}/lease_live/0`,
    ]);
    await later(2 * DAY_MS);
    expect(await keys()).toEqual(before);
  });

  it("stay, whoever else keeps files there", async () => {
    await files().put("notes/of-mine", BYTES);
    await later(2 * DAY_MS);
    expect(await keys()).toEqual(["notes/of-mine"]);
  });
});

describe("a directory of files", () => {
  let directory: string;
  afterAll(() => rm(directory, { recursive: true }));

  it("is rid of what was left in it, half written files too", async () => {
    directory = await mkdtemp(join(tmpdir(), "undertone-orphans-"));
    const store = filesystemStore(directory);
    const { background } = await startJobService({ files: store, now: Date.now });
    const longAgo = (Date.now() - 2 * DAY_MS) / 1000;
    await store.put("clips/job_old", BYTES);
    await store.put("clips/job_new", BYTES);
    const unfinished = join(directory, ".unfinished/half");
    await writeFile(unfinished, BYTES);
    for (const path of [join(directory, "clips/job_old"), unfinished])
      await utimes(path, longAgo, longAgo);
    await background.sweep();
    expect(await store.list("")).toEqual(["clips/job_new"]);
    await expect(utimes(unfinished, longAgo, longAgo)).rejects.toThrow(/ENOENT/);
  });
});
