import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { insertHook } from "../../../src/hooks/table.ts";
import { LINE_COLUMNS } from "../../../src/jobs/batch/parquet/columns.ts";
import { type BootedWorker, bootWorker } from "../../../support/runtimes/workerd.ts";
import { queryParquet } from "../../support/duckdb.ts";
import { installTaskModels } from "../../support/http/tasks.ts";
import { startHttpServer, type TestServer } from "../../support/jobs/http-server.ts";
import {
  answerBytes,
  CLIP,
  CLIP_FILE,
  CLIPS_BY_PATH,
  formOf,
  jobQuery,
  OTHER_CLIP,
  OTHER_FILE,
  TASK_CASES,
  type TaskCase,
  urlsOf,
} from "../../support/jobs/task-cases.ts";

const PATIENCE = { timeout: 100_000, interval: 100 };
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

/** A webhook as the standardwebhooks library verified it. */
interface Event {
  readonly type: string;
  readonly data: {
    readonly id: string;
    readonly task: string;
    readonly result?: { readonly url: string };
    readonly results?: { readonly url: string };
  };
}

let worker: BootedWorker;
let files: TestServer;
let receiver: TestServer;
let secret: string;
beforeAll(async () => {
  files = await startHttpServer(({ path }, response) => response.end(CLIPS_BY_PATH.get(path)));
  receiver = await startHttpServer((_, response) => response.writeHead(204).end());
  worker = await bootWorker();
  await installTaskModels(worker.bucket);
  ({ secret } = await (await worker.fetch("/v1/webhook-secrets", { method: "POST" })).json());
});
afterAll(async () => {
  await worker?.stop();
  await Promise.all([files?.close(), receiver?.close()]);
});

/** The verified webhook about the job or batch `id`. */
function eventAbout(id: string): Promise<Event> {
  return vi.waitFor(() => {
    const received = receiver.received.find(({ body }) => body.includes(`"${id}"`));
    if (received === undefined) throw new Error(`there is no webhook about ${id}`);
    return new Webhook(secret).verify(
      received.body,
      received.headers as Record<string, string>,
    ) as Event;
  }, PATIENCE);
}

async function direct(given: TaskCase): Promise<string> {
  const query = new URLSearchParams(given.options);
  const init = { method: "POST", body: formOf(given), headers: { "Cache-Control": "no-cache" } };
  return answerBytes(await worker.fetch(`${given.path}?${query}`, init));
}

/** Waits for the webhook of a job, and gives what its link leads to. */
async function linkedResult(id: string, given: TaskCase): Promise<string> {
  const { type, data } = await eventAbout(id);
  expect([type, data.task]).toEqual(["job.done", given.task]);
  return answerBytes(await worker.fetch(data.result?.url ?? ""));
}

const submitted = async (response: Response): Promise<string> => {
  expect(response.status).toBe(202);
  return (await response.json()).id;
};

describe.each(TASK_CASES)("task $task in workerd", (given) => {
  const callback = () => ({ callback_url: `${receiver.url}/done` });

  it("comes out of an upload, a URL and a line of a batch, with the endpoint's bytes", async () => {
    const wanted = await direct(given);
    const upload = await worker.fetch(`/v1/jobs${jobQuery(given, callback())}`, {
      method: "POST",
      body: formOf(given),
    });
    expect(await linkedResult(await submitted(upload), given)).toBe(wanted);
    const urls = urlsOf(given, files.url);
    const options = { task: given.task, ...given.options };
    const byUrl = await worker.fetch("/v1/jobs", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...urls, ...options, ...callback() }),
    });
    expect(await linkedResult(await submitted(byUrl), given)).toBe(wanted);
    const { audio_url: url, ...pair } = urls;
    const line = { ...(url === undefined ? pair : { url }), options };
    const query = new URLSearchParams({ model: "tiny-group-fp32", ...callback() });
    const batch = await worker.fetch(`/v1/batches?${query}`, {
      method: "POST",
      body: JSON.stringify(line),
    });
    const batchId = await submitted(batch);
    expect((await eventAbout(batchId)).type).toBe("batch.done");
    const listed = await (await worker.fetch(`/v1/batches/${batchId}/results`)).json();
    expect(listed).toMatchObject({ status: "done", task: given.task });
    expect(await answerBytes(await worker.fetch(listed.result))).toBe(wanted);
    const { data } = await eventAbout(batchId);
    const file = await worker.fetch(`${data.results?.url}&format=parquet`);
    expect(file.headers.get("Content-Type")).toBe("application/vnd.apache.parquet");
    const rows = await queryParquet(new Uint8Array(await file.arrayBuffer()));
    expect(rows).toMatchObject([{ task: given.task, status: "done", model: given.options.model }]);
    // Besides what every line has, a task's answers have columns with values.
    const answered = Object.entries(rows[0] ?? {}).slice(LINE_COLUMNS.length);
    expect(answered.filter(([, value]) => value !== null)).not.toEqual([]);
  });

  it("comes out of a hook", async () => {
    const name = `calls-${given.task}`;
    await insertHook(worker.database, {
      name,
      verification: { kind: "secret", header: "Authorization" },
      secrets: ["s3cret"],
      audio: { pointer: given.isOfPairs ? "/a_url" : "/audio_url", holds: "url" },
      ...(given.isOfPairs && { secondAudio: { pointer: "/b_url", holds: "url" } }),
      idPointer: null,
      options: { task: given.task, ...given.options },
      callbackUrl: callback().callback_url,
      owner: null,
      createdAt: Date.now(),
    });
    const response = await worker.fetch(`/v1/hooks/${name}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: "Bearer s3cret" },
      body: JSON.stringify(urlsOf(given, files.url)),
    });
    expect(response.status).toBe(202);
    const { job } = await response.json();
    expect(await linkedResult(job, given)).toBe(await direct(given));
  });
});

describe.each(TASK_CASES)("a bucket whose rule is task $task", (given) => {
  it("gives each new object the endpoint's answer", async () => {
    const options = new URLSearchParams({ task: given.task, ...given.options });
    const reference = `voices/${OTHER_FILE}`;
    await worker.restart({
      BUCKET_OPTIONS: String(options),
      BUCKET_COMPARE_WITH: given.isOfPairs ? reference : "",
    });
    await worker.audio.put(reference, OTHER_CLIP);
    const key = `in/${given.task}/${CLIP_FILE}`;
    const eTag = (await worker.audio.put(key, CLIP))?.etag;
    await worker.announce({
      bucket: "undertone-audio",
      object: { key, eTag, size: CLIP.length },
      action: "PutObject",
      eventTime: new Date().toISOString(),
    });
    const written = `out/${given.task}/${CLIP_FILE}.${given.options.format ?? "json"}`;
    const bytes = await vi.waitFor(async () => {
      const object = await worker.audio.get(written);
      if (object === null) throw new Error(`there is no ${written}`);
      return Buffer.from(await object.arrayBuffer()).toString("latin1");
    }, PATIENCE);
    expect(bytes).toBe(await direct(given));
  });
});
