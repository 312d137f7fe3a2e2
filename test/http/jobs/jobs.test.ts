import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readNpy } from "../../support/http/answer-readers.ts";
import {
  bytesOf,
  chirp,
  MAX_CLIP_BYTES,
  MAX_JOB_SECONDS,
  post,
  problemOf,
} from "../../support/http/service.ts";
import { startHttpServer, type TestServer } from "../../support/jobs/http-server.ts";
import {
  type JobService,
  jsonBody,
  START_MS,
  startJobService,
} from "../../support/jobs/job-service.ts";

let service: JobService;
let files: TestServer;
const clip = chirp(1600);

beforeAll(async () => {
  service = await startJobService();
  files = await startHttpServer(({ path }, response) => {
    if (path === "/clip.wav") response.end(clip);
    else if (path === "/broken.wav") response.end("no audio at all");
    else response.writeHead(404).end();
  });
});
afterAll(() => files?.close());

async function get(path: string, headers: HeadersInit = {}): Promise<Response> {
  return await service.app.request(path, { headers });
}

describe("a job with an upload", () => {
  test("is accepted at once, then done, and its result is what POST /v1/features answers", async () => {
    const query = "?layers=1,3&pool=mean_std";
    const response = await service.app.request(`/v1/jobs${query}`, { method: "POST", body: clip });
    expect(response.status).toBe(202);
    const job = await response.json();
    expect(response.headers.get("Location")).toBe(`/v1/jobs/${job.id}`);
    expect(job).toMatchObject({
      status: "queued",
      created_at: new Date(START_MS).toISOString(),
      audio: { kind: "upload" },
      options: { layers: "1,3", pool: "mean_std", model: "tiny-group-fp32" },
      result_url: null,
    });
    await service.drain();
    const done = await service.job(job.id);
    expect(done).toMatchObject({
      status: "done",
      tries: 1,
      progress: { layers_done: 3, layers_total: 3 },
      result_url: `/v1/jobs/${job.id}/result`,
      problem: null,
    });
    const direct = await post(service, `${query}&format=safetensors`, clip, {
      "Cache-Control": "no-cache",
    });
    const result = await get(`${done.result_url}?format=safetensors`);
    expect(result.headers.get("Content-Type")).toBe("application/vnd.safetensors");
    expect(result.headers.get("X-Undertone-Model")).toBe("tiny-group-fp32");
    expect(await bytesOf(result)).toEqual(await bytesOf(direct));
  });

  test("is refused at once if its header says that it is too long, unless a part is short enough", async () => {
    const long = chirp(16_000 * (MAX_JOB_SECONDS + 2));
    const submit = (query: string) =>
      service.app.request(`/v1/jobs${query}`, { method: "POST", body: long });
    const before = await service.platform.files.list("clips/");
    const refused = await submit("?pool=mean");
    expect(refused.status).toBe(413);
    expect(await problemOf(refused)).toMatchObject({
      type: expect.stringMatching(/clip-too-long$/),
      max_clip_seconds: MAX_JOB_SECONDS,
    });
    expect(await service.platform.files.list("clips/")).toEqual(before);
    const direct = await post(service, "?pool=mean", long);
    expect(direct.status).toBe(413);
    const part = await submit("?pool=mean&end=0.5");
    expect(part.status).toBe(202);
    await service.drain();
    expect((await service.job((await part.json()).id)).status).toBe("done");
  });

  test("computes sums of layers by weights of its own", async () => {
    const query = "?layers=weighted&layer_weights=0,1,2,-1&pool=mean";
    const id = await service.submit(clip, query);
    await service.drain();
    const direct = await post(service, `${query}&format=npy`, clip, {
      "Cache-Control": "no-cache",
    });
    const result = await get(`/v1/jobs/${id}/result?format=npy`);
    expect(await bytesOf(result)).toEqual(await bytesOf(direct));
    const refused = await service.app.request("/v1/jobs?layers=weighted&layer_weights=0,1", {
      method: "POST",
      body: clip,
    });
    expect(await problemOf(refused)).toMatchObject({ type: "/problems/invalid-option" });
  });

  test("gives its result in the format it was submitted with, or in any other", async () => {
    const id = await service.submit(clip, "?format=npy&dtype=f16");
    await service.drain();
    const path = `/v1/jobs/${id}/result`;
    expect(readNpy(await bytesOf(await get(path))).dtype).toBe("<f2");
    expect(readNpy(await bytesOf(await get(`${path}?dtype=f32`))).dtype).toBe("<f4");
    const json = await (await get(`${path}?format=json&encoding=base64&dtype=f32`)).json();
    expect(json.layers[0]).toMatchObject({ name: "hidden_states.3", dtype: "f32" });
    expect(json.layers[0].data).toBeTypeOf("string");
    const zip = await get(`${path}?format=npz`);
    expect(zip.headers.get("Content-Type")).toBe("application/zip");
  });

  test("gives the same bytes however often it is asked", async () => {
    const id = await service.submit(clip);
    await service.drain();
    const [first, second] = await Promise.all([
      get(`/v1/jobs/${id}/result`).then(bytesOf),
      get(`/v1/jobs/${id}/result`).then(bytesOf),
    ]);
    expect(first).toEqual(second);
  });

  test("takes a form, with options, callback and metadata in its fields", async () => {
    const form = new FormData();
    form.append("file", new File([clip], "clip.wav"));
    form.append("pool", "max");
    form.append("metadata", '{"call": 7}');
    const job = await service.job(await service.submit(form));
    expect(job).toMatchObject({ options: { pool: "max" }, metadata: { call: 7 } });
  });

  test("keeps its clip only until it is over", async () => {
    const id = await service.submit(chirp(2000));
    const kept = () => service.platform.files.list(`clips/${id}`);
    expect(await kept()).toHaveLength(1);
    await service.drain();
    expect(await kept()).toEqual([]);
  });

  test("fails with a problem if the clip is none", async () => {
    const id = await service.submit("this is no audio");
    await service.drain();
    expect(await service.job(id)).toMatchObject({
      status: "failed",
      result_url: null,
      problem: { type: "/problems/not-audio", status: 415 },
    });
    const problem = await problemOf(await get(`/v1/jobs/${id}/result`));
    expect(problem).toMatchObject({
      type: "/problems/job-not-successful",
      job_problem: { type: "/problems/not-audio" },
    });
  });
});

describe("a job with a URL", () => {
  test("fetches the clip", async () => {
    const { body, headers } = jsonBody({
      audio: { url: `${files.url}/clip.wav` },
      pool: "mean",
      start: 0.01,
      channel: 0,
      track: 0,
      metadata: ["any", "JSON"],
    });
    const id = await service.submit(body, "", headers);
    await service.drain();
    expect(await service.job(id)).toMatchObject({
      status: "done",
      metadata: ["any", "JSON"],
      options: { pool: "mean", start: "0.01", channel: "0", track: "0" },
      audio: { kind: "url", url: `${files.url}/clip.wav` },
    });
    const direct = await post(service, "?pool=mean&start=0.01&channel=0&track=0&format=npy", clip);
    expect(await bytesOf(await get(`/v1/jobs/${id}/result?format=npy`))).toEqual(
      await bytesOf(direct),
    );
  });

  test("fails if the clip lacks the track that is asked for", async () => {
    const { body, headers } = jsonBody({ audio: { url: `${files.url}/clip.wav` }, track: 1 });
    const id = await service.submit(body, "", headers);
    await service.drain();
    const { status, problem } = await service.job(id);
    expect([status, problem?.type]).toEqual(["failed", "/problems/track-out-of-range"]);
  });

  test.each([
    ["/broken.wav", "not-audio"],
    ["/absent.wav", "url-refused"],
  ])("fails on %s with %s", async (path, slug) => {
    const { body, headers } = jsonBody({ audio: { url: files.url + path } });
    const id = await service.submit(body, "", headers);
    await service.drain();
    const { status, problem } = await service.job(id);
    expect([status, problem?.type]).toEqual(["failed", `/problems/${slug}`]);
  });
});

describe("jobs are refused", () => {
  const json = (body: unknown) => ({ method: "POST", ...jsonBody(body) });
  const upload = { method: "POST", body: clip };

  test.each([
    ["", { method: "POST" }, "empty-body", 400],
    ["", { method: "POST", body: chirp(MAX_CLIP_BYTES) }, "clip-too-large", 413],
    ["", { ...json({}), body: "{" }, "malformed-json", 400],
    ["", json([]), "malformed-json", 400],
    ["", json({ audio: "clip.wav" }), "malformed-json", 400],
    ["", json({ audio: { url: "https://a.dev/", token: "t" } }), "malformed-json", 400],
    ["", json({ audio: { url: "https://a.dev/" }, x: "a".repeat(70_000) }), "body-too-large", 413],
    ["", json({ audio: { url: "file:///etc/passwd" } }), "url-not-allowed", 422],
    ["", json({ audio: { url: "https://u:p@a.dev/" } }), "url-not-allowed", 422],
    ["", json({ audio: { url: "https://a.dev/" }, pool: 3 }), "invalid-option", 422],
    ["", json({ audio: { url: "https://a.dev/" }, pooling: "mean" }), "unknown-option", 422],
    ["", json({ audio: { url: "https://a.dev/" }, layers: "9" }), "layer-out-of-range", 422],
    ["?pool=max", json({ audio: { url: "https://a.dev/" }, pool: "mean" }), "invalid-option", 422],
    ["?pool=median", upload, "invalid-option", 422],
    ["?pool=mean&pool=max", upload, "invalid-option", 422],
    ["?priority=1", upload, "unknown-option", 422],
    ["?model=nope", upload, "unknown-model", 404],
    ["?layers=all&format=npy", upload, "one-layer-only", 422],
    ["?metadata={", upload, "invalid-option", 422],
    [`?metadata="${"a".repeat(4096)}"`, upload, "invalid-option", 422],
    ["?callback_url=ftp://a.dev/", upload, "url-not-allowed", 422],
    ["?callback_url=", upload, "url-not-allowed", 422],
  ] as [string, RequestInit, string, number][])("%s %j", async (query, init, slug, status) => {
    const response = await service.app.request(`/v1/jobs${query}`, init);
    expect(await problemOf(response)).toMatchObject({ type: `/problems/${slug}`, status });
  });

  test("with the options that there are", async () => {
    const response = await service.app.request("/v1/jobs?priority=1", upload);
    expect((await problemOf(response)).known).toContain("callback_url");
  });
});

describe("what a job has no answer for", () => {
  test("is refused for an unknown id", async () => {
    for (const [path, method] of [
      ["/v1/jobs/job_0", "GET"],
      ["/v1/jobs/job_0/result", "GET"],
      ["/v1/jobs/job_0", "DELETE"],
    ] as const) {
      const problem = await problemOf(await service.app.request(path, { method }));
      expect(problem).toMatchObject({ type: "/problems/unknown-job", status: 404 });
    }
  });

  test("is refused with the time to wait while it is queued", async () => {
    const id = await service.submit(chirp(900));
    const response = await get(`/v1/jobs/${id}/result`);
    expect(response.headers.get("Retry-After")).toBe("2");
    expect(await problemOf(response)).toMatchObject({
      type: "/problems/job-not-done",
      job_status: "queued",
    });
  });

  test("is refused once its result has expired, at that very moment", async () => {
    const id = await service.submit(chirp(901));
    await service.drain();
    const { expires_at } = await service.job(id);
    const lifetimeMs = service.platform.settings.resultTtlMs;
    expect(Date.parse(expires_at ?? "")).toBe(service.clock.nowMs + lifetimeMs);
    service.clock.nowMs += lifetimeMs;
    expect((await service.job(id)).status).toBe("expired");
    const response = await get(`/v1/jobs/${id}/result`);
    expect(await problemOf(response)).toMatchObject({ type: "/problems/job-expired", status: 410 });
  });

  test.each([
    ["?format=csv", "", "invalid-option"],
    ["?pool=mean", "", "unknown-option"],
    ["?format=npy", "?layers=all", "one-layer-only"],
  ])("is refused for a result with %s", async (query, options, slug) => {
    const id = await service.submit(chirp(902), options);
    await service.drain();
    const response = await get(`/v1/jobs/${id}/result${query}`);
    expect(await problemOf(response)).toMatchObject({ type: `/problems/${slug}`, status: 422 });
  });
});

describe("DELETE /v1/jobs/:id", () => {
  test("forgets a job, its clip and its result", async () => {
    const id = await service.submit(chirp(1003));
    await service.drain();
    const stored = () => service.platform.files.list("results/");
    const before = await stored();
    const response = await service.app.request(`/v1/jobs/${id}`, { method: "DELETE" });
    expect(response.status).toBe(204);
    expect((await get(`/v1/jobs/${id}`)).status).toBe(404);
    expect(await stored()).toHaveLength(before.length - 1);
  });

  test("leaves the result of another job with the same clip", async () => {
    const [one, other] = [await service.submit(chirp(1004)), await service.submit(chirp(1004))];
    await service.drain();
    await service.app.request(`/v1/jobs/${one}`, { method: "DELETE" });
    expect((await get(`/v1/jobs/${other}/result`)).status).toBe(200);
  });

  test("keeps a queued job from ever being computed", async () => {
    const id = await service.submit(chirp(1005));
    await service.app.request(`/v1/jobs/${id}`, { method: "DELETE" });
    const before = await service.platform.files.list("");
    await service.drain();
    expect(await service.platform.files.list("")).toEqual(before);
  });
});
