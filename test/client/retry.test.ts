import { afterEach, describe, expect, test } from "vitest";
import { createClient, ServiceError, UnreachableError } from "../../src/client/index.ts";
import { type Answer, startHttpServer, type TestServer } from "../support/jobs/http-server.ts";

const CLIP = new TextEncoder().encode("the bytes of a clip");
const VECTOR = { embedding: [1, 2], size: 2 };

let server: TestServer | undefined;
afterEach(() => server?.close());

/** A client of a server that gives each of `answers` once, and the last one from then on. */
async function clientOf(...answers: readonly Answer[]) {
  const left = [...answers];
  const started = await startHttpServer((request, response) => {
    const [answer] = left.length > 1 ? left.splice(0, 1) : left;
    answer?.(request, response);
  });
  server = started;
  const client = createClient({ baseUrl: started.url, key: "ut_k", tries: 3 });
  return { client, received: started.received };
}

const json =
  (status: number, body: object, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response
      .writeHead(status, { "Content-Type": "application/json", ...headers })
      .end(JSON.stringify(body));
const busy = (retryAfter: string) =>
  json(
    503,
    { type: "/problems/queue-full", title: "Too many", status: 503, detail: "Try later." },
    { "Retry-After": retryAfter, "X-Request-Id": "r1" },
  );
const hangUp: Answer = (_, response) => void response.destroy();

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => expect.fail("it should have failed"),
    (error: unknown) => error,
  );
}

describe("a request that is refused for now", () => {
  test.each([
    ["a Blob", new Blob([CLIP])],
    ["a Uint8Array", CLIP],
    ["an ArrayBuffer", CLIP.buffer],
  ])("is sent again with the whole clip, from %s", async (_kind, clip) => {
    const { client, received } = await clientOf(busy("0"), busy("0"), json(200, VECTOR));
    const { embedding } = await client.embed(clip, { l2: true });
    expect(embedding).toEqual(Float32Array.of(1, 2));
    expect(received.map(({ body }) => body)).toEqual(Array(3).fill("the bytes of a clip"));
    expect(new Set(received.map(({ path }) => path))).toEqual(new Set(["/v1/embeddings?l2=true"]));
    expect(received.at(-1)?.headers).toMatchObject({ authorization: "Bearer ut_k" });
  });

  test("is sent again with both clips of a pair, as one form", async () => {
    const { client, received } = await clientOf(busy("0"), json(200, { cosine: 1 }));
    expect(await client.compare(CLIP, new Blob([CLIP]))).toEqual({ cosine: 1 });
    const [first, second] = received;
    expect(second?.body).toBe(first?.body);
    expect(first?.body.split("the bytes of a clip")).toHaveLength(3);
    const { "content-type": type = "" } = first?.headers ?? {};
    expect(first?.body).toContain(type.split("boundary=")[1]);
  });

  test("waits until a date, where Retry-After has one", async () => {
    const { client, received } = await clientOf(busy(new Date(0).toUTCString()), json(200, VECTOR));
    await client.embed(CLIP);
    expect(received).toHaveLength(2);
  });

  test("is not sent again when the service asks for a longer pause than is allowed", async () => {
    const { client, received } = await clientOf(busy("3600"));
    expect(await failureOf(client.embed(CLIP))).toMatchObject({ retryAfterSeconds: 3600 });
    expect(received).toHaveLength(1);
  });

  test("fails as the service says after the last try", async () => {
    const { client, received } = await clientOf(busy("0"));
    const error = await failureOf(client.embed(CLIP));
    expect(error).toBeInstanceOf(ServiceError);
    expect(error).toMatchObject({
      slug: "queue-full",
      status: 503,
      message: "Try later.",
      detail: "Try later.",
      requestId: "r1",
      problem: { title: "Too many" },
    });
    expect(received).toHaveLength(3);
  });

  test("stops waiting when its signal is aborted", async () => {
    const { client } = await clientOf(busy("50"));
    const controller = new AbortController();
    const work = client.embed(CLIP, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("enough")), 50);
    expect(await failureOf(work)).toMatchObject({ message: "enough" });
  });
});

describe("a request whose answer is lost", () => {
  test("is sent again where computing twice gives the same", async () => {
    const { client, received } = await clientOf(hangUp, json(200, VECTOR));
    await client.embed(CLIP);
    expect(received).toHaveLength(2);
  });

  test("is one job, however often it is sent", async () => {
    const { client, received } = await clientOf(hangUp, json(202, { id: "job_1" }));
    const metadata = { call: 7 };
    expect(await client.jobs.submit(CLIP, { metadata })).toEqual({ id: "job_1" });
    const keys = received.map(({ headers }) => headers["idempotency-key"]);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(received[0]?.path).toBe("/v1/jobs?metadata=%7B%22call%22%3A7%7D");
  });

  test("has a key of the caller's where one is given, and one of its own through `api`", async () => {
    const { client, received } = await clientOf(json(202, { id: "job_1" }));
    await client.jobs.submit(CLIP, { idempotencyKey: "mine" });
    await client.api.POST("/v1/jobs", { body: { audio_url: "https://example.com/a.wav" } });
    const [mine, own] = received.map(({ headers }) => headers["idempotency-key"]);
    expect([mine, own]).toEqual(["mine", expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect(received[1]?.body).toBe('{"audio_url":"https://example.com/a.wav"}');
  });

  test("is not sent again where that would do something twice", async () => {
    const { client, received } = await clientOf(hangUp);
    const error = await failureOf(client.api.POST("/v1/webhook-secrets"));
    expect(error).toBeInstanceOf(UnreachableError);
    expect((error as Error).message).toMatch(/^http:\/\/127\.0\.0\.1:\d+ cannot be reached/);
    expect(received).toHaveLength(1);
  });

  test("is not sent again with a stream, which can be read once", async () => {
    const { client, received } = await clientOf(busy("0"));
    const stream = new Blob([CLIP]).stream();
    expect(await failureOf(client.embed(stream))).toMatchObject({ slug: "queue-full" });
    expect(received.map(({ body }) => body)).toEqual(["the bytes of a clip"]);
  });
});

test("what something else than the service answers has no slug, and says where it came from", async () => {
  const { client } = await clientOf((_, response) => response.writeHead(404).end("<html>"));
  const error = await failureOf(client.embed(CLIP));
  expect(error).toMatchObject({ slug: null, status: 404 });
  expect((error as Error).message).toMatch(/v1\/embeddings answers 404.*Undertone service/);
});

test("a clip is named by its URL", async () => {
  const { client, received } = await clientOf(busy("0"), json(200, VECTOR));
  await client.embed(new URL("https://example.com/a.wav"));
  expect(received[1]).toMatchObject({ body: '{"audio_url":"https://example.com/a.wav"}' });
  expect(received[1]?.headers["content-type"]).toBe("application/json");
});

test("what cannot be sent is refused with what to do", async () => {
  expect(() => createClient({ baseUrl: "localhost:8787" })).toThrow(/http:\/\/ or https:\/\//);
  const client = createClient({ baseUrl: "http://localhost:8787/" });
  const text = "clip.wav" as unknown as Blob;
  await expect(client.embed(text)).rejects.toThrow(/openClip of undertone\/node/);
  const url = new URL("https://example.com/a.wav");
  await expect(client.compare(url, CLIP)).rejects.toThrow(/two URLs, or the bytes of both/);
});
