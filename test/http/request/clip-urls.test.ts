import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  chirp,
  MAX_CLIP_BYTES,
  MAX_CLIP_SECONDS,
  MAX_JOB_SECONDS,
  problemOf,
} from "../../support/http/service.ts";
import { taskModels } from "../../support/http/tasks.ts";
import { startHttpServer, type TestServer } from "../../support/jobs/http-server.ts";
import { type JobService, jsonBody, startJobService } from "../../support/jobs/job-service.ts";
import {
  answerBytes,
  CLIP,
  CLIPS_BY_PATH,
  formOf,
  jobQuery,
  TASK_CASES,
  type TaskCase,
  urlsOf,
} from "../../support/jobs/task-cases.ts";

let service: JobService;
let files: TestServer;
beforeAll(async () => {
  service = await startJobService({}, await taskModels());
  files = await startHttpServer(({ path }, response) => {
    const clip = CLIPS_BY_PATH.get(path);
    if (path === "/moved.wav") response.writeHead(302, { Location: "/call.wav" }).end();
    else if (path === "/text.wav") response.end("no audio at all");
    else if (path === "/large.wav") response.end(Buffer.alloc(MAX_CLIP_BYTES + 1));
    else if (path === "/busy.wav") response.writeHead(503).end();
    else if (clip === undefined) response.writeHead(404).end();
    else response.end(clip);
  });
});
beforeEach(() => {
  files.received.length = 0;
});
afterAll(() => files.close());

const post = (path: string, body: unknown) =>
  service.app.request(path, { method: "POST", ...jsonBody(body) });

function direct(given: TaskCase): Promise<string> {
  const query = new URLSearchParams(given.options);
  const init = { method: "POST", body: formOf(given), headers: { "Cache-Control": "no-cache" } };
  return Promise.resolve(service.app.request(`${given.path}?${query}`, init)).then(answerBytes);
}

describe.each(TASK_CASES)("POST $path with URLs in JSON", (given) => {
  test("answers as with the clips themselves, options in the body or in the query", async () => {
    const wanted = await direct(given);
    const urls = urlsOf(given, files.url);
    expect(await answerBytes(await post(given.path, { ...urls, ...given.options }))).toBe(wanted);
    const query = new URLSearchParams(given.options);
    expect(await answerBytes(await post(`${given.path}?${query}`, urls))).toBe(wanted);
  });

  test("refuses what does not fit before anything is fetched", async () => {
    const urls = urlsOf(given, files.url);
    for (const [body, slug] of [
      [{ ...urls, model: "nobody" }, "unknown-model"],
      [{ ...urls, speed: 2 }, "unknown-option"],
      [{ ...urls, start: ["1"] }, "invalid-option"],
      [{ ...urls, channel: "mix", start: 2, end: 1 }, "invalid-option"],
      [{}, "malformed-json"],
      [[urls], "malformed-json"],
      [Object.fromEntries(Object.keys(urls).map((name) => [name, 7])), "malformed-json"],
      [
        Object.fromEntries(Object.keys(urls).map((name) => [name, "file:///etc/passwd"])),
        "url-not-allowed",
      ],
    ] as const) {
      const problem = await problemOf(await post(given.path, body));
      expect(problem.type, JSON.stringify(body)).toBe(`/problems/${slug}`);
    }
    expect(files.received).toEqual([]);
  });
});

describe("a clip by URL", () => {
  const ask = (path: string, more: object = {}) =>
    post("/v1/features", { audio_url: files.url + path, model: "tiny-group-fp32", ...more });

  test("is followed through a redirect, and kept like one that was sent", async () => {
    const moved = await ask("/moved.wav", { pool: "max", channel: 0 });
    expect(moved.status).toBe(200);
    const sent = await service.app.request(
      "/v1/features?pool=max&channel=0&model=tiny-group-fp32",
      {
        method: "POST",
        body: CLIP,
      },
    );
    expect(sent.headers.get("Cache-Status")).toBe("Undertone; hit");
  });

  test.each([
    ["/text.wav", "not-audio", 415],
    ["/absent.wav", "url-refused", 422],
    ["/busy.wav", "url-unreachable", 502],
    ["/large.wav", "clip-too-large", 413],
  ])("%s is refused as %s", async (path, slug, status) => {
    const problem = await problemOf(await ask(path));
    expect(problem).toMatchObject({ type: `/problems/${slug}`, status });
  });

  test("is refused on a private host", async () => {
    const guarded = await startJobService(
      { urlRules: { allowPrivate: false } },
      service.platform.models,
    );
    const { body, headers } = jsonBody({ audio_url: `${files.url}/call.wav` });
    const init = { method: "POST", body, headers };
    const problem = await problemOf(await guarded.app.request("/v1/transcriptions", init));
    expect(problem.type).toBe("/problems/url-not-allowed");
    expect(files.received).toEqual([]);
  });

  test("is read no further than it is needed, and the connection ends", async () => {
    const head = chirp(16_000 * MAX_CLIP_SECONDS).subarray(0, 44);
    const server = createServer((_, response) => {
      response.write(head);
      const more = () => response.writable && response.write(Buffer.alloc(4096), more);
      more();
      response.on("close", () => server.emit("left"));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const left = once(server, "left");
    const problem = await problemOf(
      await post("/v1/features", { audio_url: `http://127.0.0.1:${port}/endless.wav`, track: 7 }),
    );
    expect(problem.type).toBe("/problems/track-out-of-range");
    await left;
    server.close();
  });
});

describe("a clip that is too long for an answer at once", () => {
  const long = chirp(16_000 * MAX_JOB_SECONDS);

  test.each(TASK_CASES)("is told of the job of task $task that takes it", async (given) => {
    const form = new FormData();
    form.append(given.isOfPairs ? "a" : "file", new File([long], "call.wav"));
    if (given.isOfPairs) form.append("b", new File([CLIP], "b.wav"));
    const query = new URLSearchParams(given.options);
    query.delete("start");
    const init = { method: "POST", body: form };
    const problem = await problemOf(await service.app.request(`${given.path}?${query}`, init));
    const job = jobQuery({ ...given, options: Object.fromEntries(query) });
    expect(problem).toMatchObject({
      type: "/problems/clip-too-long",
      max_clip_seconds: MAX_CLIP_SECONDS,
      max_job_seconds: MAX_JOB_SECONDS,
      job: `/v1/jobs${job}`,
      detail: expect.stringContaining(`send the same body to POST /v1/jobs${job}.`),
    });
    const submitted = await service.app.request(problem.job as string, init);
    const { id } = await submitted.json();
    await service.drain();
    expect(await service.job(id)).toMatchObject({ status: "done", task: given.task });
  });

  test("is told of no job where jobs take no longer ones", async () => {
    const { settings, models } = service.platform;
    const short = await startJobService(
      { settings: { ...settings, maxJobSeconds: settings.maxClipSeconds } },
      models,
    );
    const init = { method: "POST", body: long };
    const problem = await problemOf(await short.app.request("/v1/features", init));
    expect(problem.type).toBe("/problems/clip-too-long");
    expect(problem).not.toHaveProperty("job");
  });
});
