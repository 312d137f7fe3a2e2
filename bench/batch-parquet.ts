/** `npm run bench:parquet`: how long a batch of transcripts as Parquet holds the event loop of a Node server. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { type Database, sql } from "../src/database/database.ts";
import { openSqliteDatabase } from "../src/database/sqlite.ts";
import { surveyBatch } from "../src/jobs/batch/parquet/survey.ts";
import { writeBatch } from "../src/jobs/batch/parquet/write.ts";
import { storeAnswer } from "../src/jobs/tasks/answer.ts";
import { partKey } from "../src/results/parts.ts";
import { filesystemStore } from "../src/store/filesystem.ts";
import type { Store } from "../src/store/store.ts";
import { markdownTable } from "./table.ts";

const MIGRATIONS = new URL("../migrations", import.meta.url).pathname;
const BATCH = "batch_bench";

/** Lines of a batch, and the words of each. */
const CASES = [
  [10_000, 8],
  [40, 40_000],
] as const;

const { repeats } = new Command("bench:parquet")
  .description("holds of the event loop while batches of transcripts are written as Parquet")
  .option("--repeats <n>", "runs of each batch, after one that is not counted", Number, 3)
  .parse()
  .opts<{ readonly repeats: number }>();

const rows = [];
for (const [lines, words] of CASES) {
  const folder = await mkdtemp(join(tmpdir(), "undertone-bench-parquet-"));
  const database = openSqliteDatabase(join(folder, "undertone.sqlite"), MIGRATIONS);
  const files = filesystemStore(join(folder, "files"));
  await fill(database, files, lines, words);
  const context = { database, files, now: Date.now } as unknown as Parameters<typeof writeBatch>[0];
  const runs: Run[] = [];
  for (let run = -1; run < repeats; run++) {
    const measured = await measure(context, lines);
    if (run >= 0) runs.push(measured);
  }
  database.close();
  await rm(folder, { recursive: true });
  const worst = Math.max(...runs.map(({ holdMs }) => holdMs));
  const seconds = Math.min(...runs.map(({ ms }) => ms)) / 1000;
  const megabytes = (runs[0]?.bytes ?? 0) / 1e6;
  rows.push([
    `${lines} of ${words} words`,
    `${worst.toFixed(0)} ms`,
    `${seconds.toFixed(1)} s`,
    `${megabytes.toFixed(1)} MB`,
  ]);
}
console.log(markdownTable(["transcripts", "longest hold", "time", "file"], rows));

interface Run {
  readonly ms: number;
  readonly holdMs: number;
  readonly bytes: number;
}

async function measure(context: Parameters<typeof writeBatch>[0], lines: number): Promise<Run> {
  let last = performance.now();
  let holdMs = 0;
  let isOver = false;
  const turn = () => {
    const now = performance.now();
    holdMs = Math.max(holdMs, now - last);
    last = now;
    if (!isOver) setImmediate(turn);
  };
  turn();
  const start = performance.now();
  const range = { first: 1, last: lines };
  const survey = await surveyBatch(context, BATCH, range, Number.POSITIVE_INFINITY);
  let bytes = 0;
  for await (const piece of writeBatch(context, BATCH, range, survey)) bytes += piece.length;
  isOver = true;
  return { ms: performance.now() - start, holdMs, bytes };
}

/** Stores a batch of transcripts that is over. */
async function fill(database: Database, files: Store, lines: number, words: number): Promise<void> {
  for (let line = 1; line <= lines; line++) {
    const { header, parts } = storeAnswer(
      { model: { id: "m" }, backend: "wasm" } as never,
      transcript(words),
    );
    const key = `k${line}`;
    await files.put(partKey(key, "f", 0), parts[0] as Uint8Array);
    await database.batch([
      sql`INSERT INTO results (key, header_json, folder, parts, expires_at) VALUES (${key}, ${header}, 'f', 1, ${9e15})`,
      sql`INSERT INTO jobs (id, status, created_at, source_json, options_json, url_secret, batch_id, batch_line, result_key)
        VALUES (${`job_bench-${line}`}, 'done', 0, '{}', '{"task":"transcription"}', 's', ${BATCH}, ${line}, ${key})`,
    ]);
  }
}

function transcript(length: number): object {
  const words = Array.from({ length }, (_, at) => ({
    text: `w${((at * 7919) % 8000).toString(36)}`,
    start: at * 0.4,
    end: at * 0.4 + 0.3,
    confidence: Math.random(),
  }));
  const text = words.map((word) => word.text).join(" ");
  const audio = { seconds: length * 0.4, warnings: [] };
  return {
    model: { id: "m" },
    audio,
    frames: 100,
    decoder: "greedy",
    text,
    confidence: 0.5,
    words,
  };
}
