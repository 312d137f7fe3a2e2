import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { problemOf } from "../../support/http/service.ts";
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
  files = await startHttpServer(({ path }, response) => response.end(CLIPS_BY_PATH.get(path)));
});
afterAll(() => files.close());

const post = (path: string, init: RequestInit) =>
  service.app.request(path, { method: "POST", ...init });
const get = (path: string) => service.app.request(path);

/** What the endpoint of a task answers. */
async function direct(given: TaskCase): Promise<string> {
  const query = new URLSearchParams(given.options);
  return answerBytes(await post(`${given.path}?${query}`, { body: formOf(given) }));
}

describe.each(TASK_CASES)("a job of task $task", (given) => {
  const query = jobQuery(given);

  test("gives by upload what the endpoint answers, and says which task it was", async () => {
    const id = await service.submit(formOf(given), query);
    await service.drain();
    const { task, status, options } = await service.job(id);
    expect({ task, status, options }).toEqual({
      task: given.task,
      status: "done",
      options: { task: given.task, ...given.options },
    });
    const result = await get(`/v1/jobs/${id}/result`);
    expect(result.headers.get("X-Undertone-Model")).toBe(given.options.model);
    expect(await answerBytes(result)).toBe(await direct(given));
  });

  test("gives the same by URL, with its options in the body, and computes nothing anew", async () => {
    const asked = { task: given.task, ...given.options, ...urlsOf(given, files.url) };
    const { body, headers } = jsonBody(asked);
    const id = await service.submit(body, "", headers);
    await service.drain();
    expect(await answerBytes(await get(`/v1/jobs/${id}/result`))).toBe(await direct(given));
    const end = service.logged.findLast(({ event }) => event === "job");
    expect(end).toMatchObject({ job_id: id, status: "done", result: "kept" });
  });

  test("gives the same as a line of a batch of features", async () => {
    const urls = urlsOf(given, files.url);
    const { audio_url: url, ...pair } = urls;
    const options = { task: given.task, ...given.options };
    const line = JSON.stringify({ ...(url === undefined ? pair : { url }), options });
    const { id } = await (await post("/v1/batches?model=tiny-group-fp32", { body: line })).json();
    await service.drain();
    const listed = JSON.parse(await (await get(`/v1/batches/${id}/results`)).text());
    expect(listed).toMatchObject({ status: "done", task: given.task });
    expect(await answerBytes(await get(listed.result))).toBe(await direct(given));
  });

  test("keeps no clip once it is over or deleted", async () => {
    await service.submit(formOf(given), query);
    const deleted = await service.submit(formOf(given), query);
    expect(await service.platform.files.list("clips/")).toHaveLength(given.isOfPairs ? 4 : 2);
    await service.app.request(`/v1/jobs/${deleted}`, { method: "DELETE" });
    expect(await service.platform.files.list("clips/")).toHaveLength(given.isOfPairs ? 2 : 1);
    await service.drain();
    expect(await service.platform.files.list("clips/")).toEqual([]);
  });
});

describe("the result of a task", () => {
  test("is written in another of its formats on demand, and in no other", async () => {
    const query = "?task=diarization&model=tiny-afc-fp32";
    const id = await service.submit(CLIP, query);
    await service.drain();
    const path = `/v1/jobs/${id}/result`;
    const rttm = await get(`${path}?format=rttm`);
    expect(rttm.headers.get("Content-Type")).toBe("text/plain; charset=UTF-8");
    expect(await rttm.text()).toBe(
      await (await post("/v1/diarizations?model=tiny-afc-fp32&format=rttm", { body: CLIP })).text(),
    );
    expect(await (await get(path)).json()).toHaveProperty("segments");
    expect(await problemOf(await get(`${path}?format=npy`))).toMatchObject({
      type: "/problems/invalid-option",
    });
    expect(await problemOf(await get(`${path}?dtype=f16`))).toMatchObject({
      type: "/problems/unknown-option",
    });
  });

  test("of features is in no format of another task", async () => {
    const id = await service.submit(CLIP, "?model=tiny-group-fp32&pool=mean");
    await service.drain();
    const result = await get(`/v1/jobs/${id}/result?format=rttm`);
    expect(await problemOf(result)).toMatchObject({
      status: 422,
      type: "/problems/invalid-option",
      detail: expect.stringContaining("safetensors"),
    });
  });

  test("is another for other options of the task", async () => {
    const queries = ["?top=1", "?top=2"].map((top) => `${top}&task=classification`);
    const ids = [];
    for (const query of queries) {
      ids.push(await service.submit(CLIP, `${query}&model=tiny-seqcls-fp32`));
    }
    await service.drain();
    const labels = await Promise.all(
      ids.map(async (id) => (await (await get(`/v1/jobs/${id}/result`)).json()).labels.length),
    );
    expect(labels).toEqual([1, 2]);
  });
});

describe("a job of a task is refused", () => {
  const pair = formOf({ isOfPairs: true } as TaskCase);
  const one = formOf({ isOfPairs: false } as TaskCase);
  const json = (body: object) => jsonBody(body);
  test.each<[string, string, RequestInit, string, RegExp]>([
    ["an unknown task", "?task=translation", { body: CLIP }, "invalid-option", /transcription/],
    [
      "a task given twice",
      "?task=features&task=embedding",
      { body: CLIP },
      "invalid-option",
      /task/,
    ],
    [
      "another task's option",
      "?task=transcription&model=tiny-ctc-fp32&pool=mean",
      { body: CLIP },
      "unknown-option",
      /decoder/,
    ],
    [
      "a model without the head",
      "?task=transcription&model=tiny-group-fp32",
      { body: CLIP },
      "model-without-head",
      /tiny-ctc-fp32/,
    ],
    [
      "a comparison of one clip",
      "?task=comparison&model=tiny-xvector-fp32",
      { body: one },
      "missing-file",
      /-F a=/,
    ],
    ["a comparison that is no form", "?task=comparison", { body: CLIP }, "missing-file", /-F a=/],
    ["two clips for one task", "", { body: pair }, "missing-file", /`a`, `b`/],
    [
      "a comparison of one URL",
      "?task=comparison",
      json({ audio_url: "https://a.dev/" }),
      "malformed-json",
      /a_url/,
    ],
    [
      "a URL twice",
      "",
      json({ audio_url: "https://a.dev/", audio: { url: "https://a.dev/" } }),
      "malformed-json",
      /audio_url/,
    ],
    [
      "a private second clip",
      "?task=comparison",
      json({ a_url: "https://a.dev/", b_url: "file:///etc/passwd" }),
      "url-not-allowed",
      /https/,
    ],
  ])("%s", async (_, query, init, slug, detail) => {
    const problem = await problemOf(await post(`/v1/jobs${query}`, init));
    expect(problem).toMatchObject({
      type: `/problems/${slug}`,
      detail: expect.stringMatching(detail),
    });
  });
});

describe("a batch of mixed tasks", () => {
  test("gives lines of another task the query's choice of clip, and nothing of its task", async () => {
    const url = `${files.url}/call.wav`;
    const transcription = { task: "transcription", model: "tiny-ctc-fp32" };
    const lines = [
      { url },
      { url, options: transcription },
      { url, options: { task: "comparison", model: "tiny-xvector-fp32" } },
      { a_url: url, b_url: url },
      { url, options: { task: "transcription" } },
    ];
    const body = lines.map((line) => JSON.stringify(line)).join("\n");
    const { id } = await (
      await post("/v1/batches?model=tiny-group-fp32&pool=mean&end=0.5", { body })
    ).json();
    await service.drain();
    const text = await (await get(`/v1/batches/${id}/results`)).text();
    const listed = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(listed.map(({ status }) => status)).toEqual([
      "done",
      "done",
      "failed",
      "failed",
      "failed",
    ]);
    expect((await service.job(listed[1].job_id)).options).toEqual({ ...transcription, end: "0.5" });
    const problems = listed.flatMap(({ problem }) => problem?.type ?? []);
    expect(problems).toEqual([
      "/problems/batch-line-invalid",
      "/problems/batch-line-invalid",
      "/problems/model-without-head",
    ]);
  });
});

test("of two clips that is damaged in one says in which", async () => {
  const form = new FormData();
  form.append("a", new File([CLIP], "a.wav"));
  form.append("b", new File(["no audio"], "b.wav"));
  const id = await service.submit(form, "?task=comparison&model=tiny-xvector-fp32");
  await service.drain();
  expect(await service.job(id)).toMatchObject({
    status: "failed",
    problem: { type: "/problems/not-audio", clip: "b", detail: expect.stringMatching(/^Clip b: /) },
    audio: { kind: "pair", a: { kind: "upload", name: "a.wav" }, b: { name: "b.wav" } },
  });
});
