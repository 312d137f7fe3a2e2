import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ModelRegistry } from "../../../src/model/pack/registry.ts";
import { tinyRegistry } from "../../../support/packs/tiny-pack.ts";
import { chirp, problemOf } from "../../support/http/service.ts";
import { type Answer, startHttpServer, type TestServer } from "../../support/jobs/http-server.ts";
import { type JobService, startJobService } from "../../support/jobs/job-service.ts";

const DAY_MS = 24 * 3600_000;

let models: ModelRegistry;
let service: JobService;
let receiver: TestServer;
let answer: Answer;

beforeAll(async () => {
  models = await tinyRegistry();
  receiver = await startHttpServer((request, response) => answer(request, response));
});
beforeEach(async () => {
  service = await startJobService({}, models);
  // The library's verifier has a clock of its own.
  service.clock.nowMs = Date.now();
  receiver.received.length = 0;
  answer = (_, response) => response.writeHead(204).end();
});
afterAll(() => receiver.close());

const ask = (path: string, method = "GET") => service.app.request(path, { method });
const makeSecret = async (query = "") =>
  (await (await ask(`/v1/webhook-secrets${query}`, "POST")).json()).secret as string;
const submit = (clip: BodyInit = chirp(800)) =>
  service.submit(
    clip,
    `?pool=mean&${new URLSearchParams({ callback_url: `${receiver.url}/done`, metadata: '{"call":7}' })}`,
  );
const deliveriesOf = async (id: string) =>
  (await (await ask(`/v1/jobs/${id}/deliveries`)).json()).deliveries;

describe("the webhook of a job", () => {
  it("is small, signed, and leads to the result without a key", async () => {
    const secret = await makeSecret();
    const id = await submit();
    await service.drain();
    const [request, ...more] = receiver.received;
    expect(more).toEqual([]);
    const body = request?.body ?? "";
    const event = new Webhook(secret).verify(body, request?.headers as Record<string, string>);
    expect(event).toMatchObject({
      type: "job.done",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      data: { id, status: "done", metadata: { call: 7 } },
    });
    expect(body.length).toBeLessThan(20_000);
    const { url } = (event as { data: { result: { url: string } } }).data.result;
    const linked = await service.app.request(`${url}&format=npy`);
    const asked = await ask(`/v1/jobs/${id}/result?format=npy`);
    expect(linked.status).toBe(200);
    expect(new Uint8Array(await linked.arrayBuffer())).toEqual(
      new Uint8Array(await asked.arrayBuffer()),
    );
  });

  it("tells of a failure and why", async () => {
    await makeSecret();
    const id = await submit("no audio at all");
    await service.drain();
    expect(JSON.parse(receiver.received[0]?.body ?? "")).toMatchObject({
      type: "job.failed",
      data: { id, status: "failed", problem: { type: "/problems/not-audio" } },
    });
  });

  it("stays below 20 kB with all the metadata that a job may have", async () => {
    await makeSecret();
    const metadata = JSON.stringify("\u0001".repeat(680));
    const query = new URLSearchParams({ callback_url: receiver.url, metadata });
    await service.submit(chirp(800), `?${query}`);
    await service.drain();
    expect(Buffer.byteLength(receiver.received[0]?.body ?? "")).toBeLessThan(20_000);
  });

  it("has its attempts on record, and can be sent again", async () => {
    await makeSecret();
    answer = (_, response) => response.writeHead(500).end();
    const id = await submit();
    while ((await deliveriesOf(id))[0]?.attempts.length !== 2) {
      const consumed =
        (await service.consumeOne("work")) || (await service.consumeOne("deliveries"));
      if (!consumed) service.clock.nowMs += 1000;
    }
    const [failing] = await deliveriesOf(id);
    expect(failing).toMatchObject({
      id: `msg_${id}`,
      url: `${receiver.url}/done`,
      status: "pending",
      attempts: [
        { number: 1, outcome: "http-error", response_status: 500, duration_ms: 0 },
        { number: 2, outcome: "http-error", response_status: 500 },
      ],
    });
    answer = (_, response) => response.writeHead(200).end();
    const again = await ask(`/v1/jobs/${id}/deliveries/${failing.id}/redeliver`, "POST");
    expect(again.status).toBe(202);
    expect(await again.json()).toMatchObject({ id: failing.id, status: "pending" });
    await service.consumeOne("deliveries");
    expect((await deliveriesOf(id))[0]).toMatchObject({
      status: "delivered",
      next_attempt_at: null,
      attempts: [{}, {}, { number: 3, outcome: "delivered", response_status: 200 }],
    });
    expect(receiver.received.map(({ headers }) => headers["webhook-id"])).toEqual(
      Array.from({ length: 3 }, () => failing.id),
    );
  });

  it("is unknown under another id", async () => {
    await makeSecret();
    const id = await submit();
    const other = await submit(chirp(900));
    await service.drain();
    const refusals = await Promise.all([
      ask(`/v1/jobs/${id}/deliveries/msg_${other}/redeliver`, "POST"),
      ask(`/v1/jobs/job_none/deliveries/msg_${id}/redeliver`, "POST"),
      ask("/v1/jobs/job_none/deliveries"),
    ]);
    const types = await Promise.all(
      refusals.map(async (response) => (await problemOf(response)).type),
    );
    expect(types).toEqual(
      ["unknown-delivery", "unknown-job", "unknown-job"].map((slug) => `/problems/${slug}`),
    );
  });

  it("is not promised while there is no secret to sign it with", async () => {
    const query = new URLSearchParams({ callback_url: receiver.url });
    for (const [path, body] of [
      ["/v1/jobs", chirp(800)],
      ["/v1/batches", '{"url": "https://audio.undertone.dev/clip.wav"}'],
    ] as const) {
      const response = await service.app.request(`${path}?${query}`, { method: "POST", body });
      const problem = await problemOf(response);
      expect(problem).toMatchObject({ type: "/problems/no-webhook-secret", status: 422 });
    }
  });
});

describe("webhook secrets", () => {
  const listed = async () => (await (await ask("/v1/webhook-secrets")).json()).secrets;

  it("are shown once, when they are made", async () => {
    const made = await ask("/v1/webhook-secrets", "POST");
    expect(made.status).toBe(201);
    expect(made.headers.get("Cache-Control")).toBe("no-store");
    const { secret, ...info } = await made.json();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(info.expires_at).toBeNull();
    expect(await listed()).toEqual([info]);
  });

  it("overlap for a day unless another time is asked for", async () => {
    await makeSecret();
    await makeSecret();
    const endsAt = async () => (await listed())[1]?.expires_at;
    expect(await endsAt()).toBe(new Date(service.clock.nowMs + DAY_MS).toISOString());
    await makeSecret("?overlap_seconds=60");
    expect(await endsAt()).toBe(new Date(service.clock.nowMs + 60_000).toISOString());
    await makeSecret("?overlap_seconds=0");
    expect(await listed()).toHaveLength(1);
  });

  it.each(["-1", "1.5", "604801", "soon", ""])("refuse an overlap of '%s'", async (seconds) => {
    const response = await ask(`/v1/webhook-secrets?overlap_seconds=${seconds}`, "POST");
    expect(await problemOf(response)).toMatchObject({
      type: "/problems/invalid-option",
      option: "overlap_seconds",
    });
  });

  it("are logged nowhere", async () => {
    const secret = await makeSecret();
    await submit();
    await service.drain();
    expect(JSON.stringify(service.logged)).not.toContain(secret.replace("whsec_", ""));
  });
});
