import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "../../../src/database/database.ts";
import { partKey } from "../../../src/results/parts.ts";
import { queryParquet } from "../../support/duckdb.ts";
import { bytesOf, problemOf } from "../../support/http/service.ts";
import { taskModels } from "../../support/http/tasks.ts";
import { startHttpServer, type TestServer } from "../../support/jobs/http-server.ts";
import { type JobService, startJobService } from "../../support/jobs/job-service.ts";
import { LONG_CLIP, startRecordings } from "../../support/jobs/recordings.ts";
import { CLIPS_BY_PATH, TASK_CASES, urlsOf } from "../../support/jobs/task-cases.ts";

const MEDIA_TYPE = "application/vnd.apache.parquet";

let files: TestServer;
let service: JobService;
beforeAll(async () => {
  service = await startJobService({}, await taskModels());
  files = await startHttpServer(({ path }, response) => {
    const clip = path === "/long.wav" ? LONG_CLIP : CLIPS_BY_PATH.get(path);
    if (clip === undefined) response.writeHead(404).end();
    else response.end(clip);
  });
});
afterAll(() => files.close());

const get = (path: string, headers: HeadersInit = {}) => service.app.request(path, { headers });

const MODEL = "?model=tiny-group-fp32";

async function submit(lines: readonly object[], query = MODEL): Promise<string> {
  const body = lines.map((line) => JSON.stringify(line)).join("\n");
  const response = await service.app.request(`/v1/batches${query}`, { method: "POST", body });
  return (await response.json()).id;
}

async function finish(lines: readonly object[], query?: string): Promise<string> {
  const id = await submit(lines, query);
  await service.drain();
  return `/v1/batches/${id}/results`;
}

async function rowsOf(path: string, query = "?format=parquet") {
  const response = await get(`${path}${query}`);
  expect(response.status).toBe(200);
  expect(response.headers.get("Content-Type")).toBe(MEDIA_TYPE);
  return await queryParquet(await bytesOf(response));
}

const idOf = (path: string) => path.split("/")[3] as string;

const clip = (options: object, rest: object = {}) => ({
  url: `${files.url}/call.wav`,
  options,
  ...rest,
});

/** What the line of a row answers as JSON. */
async function answerOf({ job_id }: Record<string, unknown>) {
  return await (await get(`/v1/jobs/${job_id}/result`)).json();
}

const floats = (numbers: readonly number[]) => Array.from(Float32Array.from(numbers));

describe("the results of a batch as Parquet", () => {
  test("have a row for each line, whatever its task, with what the task answers", async () => {
    const lines = TASK_CASES.map((given) => {
      const { audio_url: url, ...pair } = urlsOf(given, files.url);
      const { format: _, ...options } = given.options;
      const source = url === undefined ? pair : { url };
      return { ...source, id: given.task, options: { task: given.task, ...options } };
    });
    const rows = await rowsOf(await finish(lines));
    expect(rows.map(({ line, id, task, status }) => [line, id, task, status])).toEqual(
      TASK_CASES.map(({ task }, index) => [index + 1, task, task, "done"]),
    );
    const answers = await Promise.all(rows.map(answerOf));
    const [features, transcription, embedding, classification, diarization, comparison] = answers;
    for (const [index, row] of rows.entries()) {
      const { model, audio, frames } = answers[index];
      expect(row).toMatchObject({
        ...{ model: model.id, frames: frames ?? null, problem: null, detail: null },
        ...{ seconds: audio?.seconds ?? null, warnings: audio?.warnings.join() ?? null },
      });
    }
    const { name, data } = features.layers[0];
    expect(rows[0]?.[name]).toEqual(floats(data));
    expect(rows[1]).toMatchObject({ text: transcription.text, words: transcription.words });
    expect(rows[1]?.confidence).toBe(transcription.confidence);
    expect(rows[2]?.embedding).toEqual(floats(embedding.embedding));
    expect(rows[3]?.labels).toEqual(classification.labels);
    expect(rows[4]).toMatchObject({
      speakers: diarization.speakers,
      segments: diarization.segments,
    });
    expect(rows[5]).toMatchObject({
      cosine: comparison.cosine,
      same_speaker: null,
      threshold: null,
    });
    // What a line's task does not answer is null.
    expect(rows[5]).toMatchObject({ [name]: null, text: null, embedding: null, labels: null });
    expect(rows[0]).toMatchObject({ text: null, embedding: null, segments: null, cosine: null });
  });

  test("have a column for each layer that a line asked for, pooled or in frames", async () => {
    const path = await finish([
      clip({ layers: "1,2", pool: "mean" }),
      clip({ layers: "2" }),
      clip({ layers: "3", pool: "mean_std" }),
    ]);
    const rows = await rowsOf(path);
    const [pooled, frames, wide] = await Promise.all(rows.map(answerOf));
    expect(rows[0]?.["hidden_states.1"]).toEqual(floats(pooled.layers[0].data));
    // A column of frames holds a pooled layer as one frame.
    expect(rows[0]?.["hidden_states.2"]).toEqual([floats(pooled.layers[1].data)]);
    expect(rows[1]?.["hidden_states.2"]).toEqual(frames.layers[0].data.map(floats));
    expect(rows[2]?.["hidden_states.3"]).toEqual(floats(wide.layers[0].data));
    expect(rows.map((row) => row["hidden_states.1"] === null)).toEqual([false, true, true]);
  });

  test("say by its slug why a line has no result", async () => {
    const path = await finish([
      clip({ pool: "mean" }),
      { url: `${files.url}/absent.wav`, id: "b" },
      clip({ pool: "median" }),
      clip({ task: "transcription", model: "nope" }),
    ]);
    const rows = await rowsOf(path);
    expect(rows.map(({ status, problem }) => [status, problem])).toEqual([
      ["done", null],
      ["failed", "url-refused"],
      ["failed", "invalid-option"],
      ["failed", "unknown-model"],
    ]);
    const listed = (await (await get(path)).text()).trim().split("\n");
    for (const [index, row] of rows.entries()) {
      expect(row.detail).toBe(JSON.parse(listed[index] as string).problem?.detail ?? null);
    }
    expect(rows[1]).toMatchObject({ id: "b", model: null, seconds: null, "hidden_states.3": null });
  });

  test("of a cancelled batch have its lines that were not computed", async () => {
    const id = await submit([clip({ pool: "mean" }), clip({ pool: "max" })]);
    for (let message = 0; message < 2; message++) await service.consumeOne();
    await service.app.request(`/v1/batches/${id}/cancel`, { method: "POST" });
    await service.drain();
    const rows = await rowsOf(`/v1/batches/${id}/results`);
    expect(rows.map(({ status }) => status).toSorted()).toEqual(["cancelled", "done"]);
    expect(rows.map(({ problem }) => problem)).toEqual([null, null]);
  });

  test("call a line expired whose result is gone, and give the others", async () => {
    const path = await finish([
      clip({ pool: "mean" }),
      clip({ pool: "max" }),
      clip({ pool: "mean_std" }),
    ]);
    const { database, files: store } = service.platform;
    const first = await database.first<{
      key: string;
      folder: string;
    }>(sql`SELECT key, folder FROM results
      WHERE key = (SELECT result_key FROM jobs WHERE batch_id = ${idOf(path)} AND batch_line = 2)`);
    await store.delete(`results/${first?.key}/${first?.folder}/0`);
    // Its row is still there, so that the answer breaks off once.
    await expect(bytesOf(await get(`${path}?format=parquet`))).rejects.toThrow("is gone");
    const rows = await rowsOf(path);
    expect(rows.map(({ status, problem }) => [status, problem])).toEqual([
      ["done", null],
      ["expired", "job-expired"],
      ["done", null],
    ]);
    await database.run(sql`UPDATE results SET expires_at = 0
      WHERE key IN (SELECT result_key FROM jobs WHERE batch_id = ${idOf(path)})`);
    const none = await rowsOf(path);
    expect(none.map(({ status }) => status)).toEqual(["expired", "expired", "expired"]);
  });

  test("come in parts by first and last, each a file", async () => {
    const pools = ["mean", "max", "mean_std", "mean"];
    const path = await finish(pools.map((pool) => clip({ pool })));
    const rows = await rowsOf(path);
    const part = (query: string) => rowsOf(path, `?format=parquet&${query}`);
    expect(await part("last=2")).toEqual(rows.slice(0, 2));
    expect(await part("first=2&last=3")).toEqual(rows.slice(1, 3));
    expect(await part("first=4")).toEqual(rows.slice(3));
  });

  test("have the same bytes each time", async () => {
    const path = await finish([clip({}), clip({ task: "transcription", model: "tiny-ctc-fp32" })]);
    const bytes = async () => bytesOf(await get(`${path}?format=parquet`));
    expect(await bytes()).toEqual(await bytes());
  });

  test("are chosen by Accept, and the list where it does not name them", async () => {
    const path = await finish([clip({ pool: "mean" })]);
    const typeOf = async (accept: string, query = "") =>
      (await get(path + query, { Accept: accept })).headers.get("Content-Type");
    expect(await typeOf(MEDIA_TYPE)).toBe(MEDIA_TYPE);
    expect(await typeOf(`application/jsonl;q=0.5, ${MEDIA_TYPE}`)).toBe(MEDIA_TYPE);
    expect(await typeOf(`application/jsonl, ${MEDIA_TYPE};q=0.5`)).toBe("application/jsonl");
    expect(await typeOf("application/json")).toBe("application/jsonl");
    expect(await typeOf("*/*")).toBe("application/jsonl");
    expect(await typeOf(MEDIA_TYPE, "?format=jsonl")).toBe("application/jsonl");
  });

  test("count their memory until they are sent, or nobody reads them", async () => {
    const path = await finish([clip({ pool: "mean" })]);
    const { ledger } = service.platform;
    const open = () => get(`${path}?format=parquet`);
    const before = ledger.heldByUse().results;
    const response = await open();
    expect(ledger.heldByUse().results).toBeGreaterThan(before);
    await bytesOf(response);
    expect(ledger.heldByUse().results).toBe(before);
    await (await open()).body?.cancel();
    expect(ledger.heldByUse().results).toBe(before);
    const others = ledger.open("heap");
    others.set(ledger.maxBytes);
    expect((await problemOf(await open())).type).toBe("/problems/overloaded");
    others.release();
  });
});

describe("a transcript of hours", () => {
  const WORDS = 10_000;
  const words = Array.from({ length: WORDS }, (_, at) => ({
    text: `"${at}],[{`,
    start: at / 2,
    end: at / 2 + 0.25,
    confidence: 1 / (at + 1),
  }));

  /** What is stored of a line's answer. */
  async function storedAnswer(path: string, line: number) {
    const { database, files: store } = service.platform;
    const row = await database.first<{ key: string; folder: string; header_json: string }>(
      sql`SELECT key, folder, header_json FROM results
        WHERE key = (SELECT result_key FROM jobs WHERE batch_id = ${idOf(path)} AND batch_line = ${line})`,
    );
    if (row === null) throw new Error(`line ${line} has no result`);
    const part = partKey(row.key, row.folder, 0);
    const bytes = await store.get(part);
    if (bytes === null) throw new Error(`nothing is stored under ${part}`);
    return { key: row.key, part, header: JSON.parse(row.header_json), bytes };
  }

  /** A batch of three transcripts, of which the last is as if its clip had been spoken for hours. */
  async function lengthen(): Promise<{ path: string; bytes: number }> {
    const path = await finish(
      [clip({}), clip({}), clip({ end: 0.5 })],
      "?model=tiny-ctc-fp32&task=transcription",
    );
    const { database, files: store } = service.platform;
    const { key, part, header, bytes } = await storedAnswer(path, 3);
    const answer = JSON.parse(new TextDecoder().decode(bytes));
    const json = new TextEncoder().encode(JSON.stringify({ ...answer, words }));
    await store.put(part, json);
    const longer = JSON.stringify({ ...header, answerBytes: json.length });
    await database.run(sql`UPDATE results SET header_json = ${longer} WHERE key = ${key}`);
    return { path, bytes: json.length };
  }

  test("is a row with all its words, and the rows beside it are theirs", async () => {
    const { path } = await lengthen();
    const rows = await rowsOf(path);
    expect(rows[2]?.words).toEqual(words);
    expect(rows[0]?.words).toEqual((await answerOf(rows[0] ?? {})).words);
    expect(rows[1]?.words).toEqual(rows[0]?.words);
  });

  test("lets others have their turn while it is read and written", async () => {
    const { path } = await lengthen();
    const response = await get(`${path}?format=parquet`);
    let turns = 0;
    let isOver = false;
    const count = () => {
      turns++;
      if (!isOver) setImmediate(count);
    };
    count();
    await bytesOf(response);
    isOver = true;
    // Each of the four members of words has five pages of them.
    expect(turns).toBeGreaterThan(4 * (WORDS / 2048));
  });

  test("is counted as memory before it is read", async () => {
    const { path, bytes } = await lengthen();
    const { ledger } = service.platform;
    const before = ledger.heldByUse().results;
    const response = await get(`${path}?format=parquet`);
    expect(ledger.heldByUse().results - before).toBeGreaterThan(4 * bytes);
    await response.body?.cancel();
  });

  test("tells its bytes with the result when it is stored", async () => {
    const path = await finish([clip({ end: 0.4 })], "?model=tiny-ctc-fp32&task=transcription");
    const { header, bytes } = await storedAnswer(path, 1);
    expect(header.answerBytes).toBe(bytes.length);
  });
});

describe("results of a batch as Parquet are refused", () => {
  test("before the batch has ended, and after its time", async () => {
    const id = await submit([clip({ pool: "mean" })]);
    const path = `/v1/batches/${id}/results?format=parquet`;
    expect((await problemOf(await get(path))).type).toBe("/problems/batch-not-done");
    await service.drain();
    service.clock.nowMs += service.platform.settings.resultTtlMs + 1;
    expect((await problemOf(await get(path))).type).toBe("/problems/job-expired");
  });

  test("for what is no part of the batch, by the name of the option", async () => {
    const path = await finish([{ url: "ftp://a.dev" }, { url: "ftp://a.dev" }]);
    for (const [query, option, detail] of [
      ["format=csv", "format", /jsonl, parquet/],
      ["format=parquet&last=3", "last", /2 at most/],
      ["format=parquet&first=3", "first", /2 at most/],
      ["format=parquet&first=2&last=1", "first", /1 at most/],
      ["format=parquet&first=0", "first", /from 1 to 10000/],
      ["first=1", "first", /format=parquet/],
      ["format=jsonl&last=1", "last", /format=parquet/],
    ] as const) {
      expect(await problemOf(await get(`${path}?${query}`)), query).toMatchObject({
        type: "/problems/invalid-option",
        option,
        detail: expect.stringMatching(detail),
      });
    }
  });

  test("for more stored parts than a Worker's request may read, with the lines that it may", async () => {
    Object.assign(service.platform, { maxPartReads: 9000 });
    const path = await finish(["mean", "max", "mean"].map((pool) => clip({ pool, end: 0.6 })));
    /** As if line 2 had so many layers. */
    const widen = (count: number) => {
      const tensors = Array.from({ length: count }, (_, at) => ({ name: `t${at}`, shape: [1] }));
      return service.platform.database.run(sql`UPDATE results
        SET header_json = json_set(header_json, '$.tensors', json(${JSON.stringify(tensors)}))
        WHERE key = (SELECT result_key FROM jobs WHERE batch_id = ${idOf(path)} AND batch_line = 2)`);
    };
    const refused = async (query: string) =>
      await problemOf(await get(`${path}?format=parquet${query}`));
    await widen(8999);
    expect(await refused("")).toMatchObject({
      ...{ type: "/problems/invalid-option", option: "last", last: 2 },
      detail: expect.stringContaining("first=1&last=2, and then for first=3"),
    });
    await widen(9001);
    expect(await refused("")).toMatchObject({ option: "last", last: 1 });
    expect(await refused("&first=2")).toMatchObject({ option: "format" });
    Object.assign(service.platform, { maxPartReads: Number.POSITIVE_INFINITY });
    // Elsewhere it is begun; that line's layers are not there.
    const response = await get(`${path}?format=parquet`);
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });
});

test("recordings are read window by window into a row", async () => {
  service = await startRecordings();
  const urls = ["long", "call"].map((name) => ({ url: `${files.url}/${name}.wav` }));
  const path = await finish(urls, "?layers=1,3");
  const rows = await rowsOf(path);
  expect(rows.map(({ status }) => status)).toEqual(["done", "done"]);
  for (const row of rows) {
    const { layers, frames } = await answerOf(row);
    expect(row.frames).toBe(frames);
    for (const { name, data } of layers) expect(row[name]).toEqual(data.map(floats));
  }
});
