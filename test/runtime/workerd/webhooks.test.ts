import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { insertHook } from "../../../src/hooks/table.ts";
import { createKey } from "../../../src/keys/table.ts";
import { installGolden } from "../../../support/packs/tiny-pack.ts";
import { type BootedWorker, bootWorker } from "../../../support/runtimes/workerd.ts";
import { chirp } from "../../support/http/service.ts";
import { HOOK_KINDS, hookRequest } from "../../support/jobs/hook-senders.ts";
import { type Answer, startHttpServer, type TestServer } from "../../support/jobs/http-server.ts";

const clip = chirp(3200);
const PATIENCE = { timeout: 100_000, interval: 100 };
vi.setConfig({ testTimeout: 240_000 });

let worker: BootedWorker;
let files: TestServer;
let receiver: TestServer;
let answer: Answer;
let secret: string;

beforeAll(async () => {
  files = await startHttpServer((_, response) => response.end(clip));
  receiver = await startHttpServer((request, response) => answer(request, response));
  worker = await bootWorker({ JOB_RETRY_SECONDS: "0" });
  await installGolden(worker.bucket, "tiny-group", "fp32");
  ({ secret } = await json("/v1/webhook-secrets", { method: "POST" }));
});
beforeEach(() => {
  answer = (_, response) => response.writeHead(204).end();
  receiver.received.length = 0;
});
afterAll(async () => {
  await worker?.stop();
  await Promise.all([files?.close(), receiver?.close()]);
});

async function json(path: string, init?: RequestInit) {
  return (await worker.fetch(path, init)).json();
}

async function submit(
  init: RequestInit = {},
  callbackUrl = `${receiver.url}/done`,
): Promise<string> {
  const query = new URLSearchParams({ pool: "mean", callback_url: callbackUrl });
  const { id } = await json(`/v1/jobs?${query}`, { method: "POST", body: clip, ...init });
  return id;
}

/** The verified event of the only request so far. */
async function receivedEvent() {
  await vi.waitFor(() => expect(receiver.received).toHaveLength(1), PATIENCE);
  const [request] = receiver.received;
  const headers = request?.headers as Record<string, string>;
  return new Webhook(secret).verify(request?.body ?? "", headers) as {
    type: string;
    data: { id: string; result: { url: string } };
  };
}

/** Waits until the attempts of a job's webhook have ended so. */
function attemptsOf(id: string, outcomes: readonly (readonly [string, number | null])[]) {
  return vi.waitFor(async () => {
    const { deliveries } = await json(`/v1/jobs/${id}/deliveries`);
    const attempts: { outcome: string; response_status: number | null }[] =
      deliveries[0]?.attempts ?? [];
    const ended = attempts.map(({ outcome, response_status }) => [outcome, response_status]);
    expect(ended).toEqual(outcomes);
    return deliveries[0];
  }, PATIENCE);
}

describe("webhooks out of workerd", () => {
  it("follow an upload, signed, and lead to its result", async () => {
    const id = await submit();
    const { type, data } = await receivedEvent();
    expect([type, data.id]).toEqual(["job.done", id]);
    const linked = await worker.fetch(`${data.result.url}&format=npy`);
    const direct = await worker.fetch("/v1/features?pool=mean&format=npy", {
      method: "POST",
      body: clip,
    });
    expect(new Uint8Array(await linked.arrayBuffer())).toEqual(
      new Uint8Array(await direct.arrayBuffer()),
    );
    await attemptsOf(id, [["delivered", 204]]);
  });

  it("follow a job by URL", async () => {
    const id = await submit({
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ audio: { url: `${files.url}/clip.wav` } }),
    });
    expect(await receivedEvent()).toMatchObject({ type: "job.done", data: { id } });
  });

  it("come again after five seconds with the same id, and then no more", async () => {
    answer = (_, response) => response.writeHead(receiver.received.length > 1 ? 200 : 500).end();
    const id = await submit();
    const delivery = await attemptsOf(id, [
      ["http-error", 500],
      ["delivered", 200],
    ]);
    const [first, second] = delivery.attempts;
    const waitedMs = Date.parse(second.started_at) - Date.parse(first.started_at);
    expect(waitedMs).toBeGreaterThanOrEqual(5000);
    expect(receiver.received.map(({ headers }) => headers["webhook-id"])).toEqual([
      `msg_${id}`,
      `msg_${id}`,
    ]);
  });

  it("go no more to an endpoint that is gone", async () => {
    answer = (_, response) => response.writeHead(410).end();
    const id = await submit({}, `${receiver.url}/gone`);
    expect(await attemptsOf(id, [["gone", 410]])).toMatchObject({ status: "disabled" });
    const next = await submit({}, `${receiver.url}/gone`);
    await vi.waitFor(async () => {
      const { deliveries } = await json(`/v1/jobs/${next}/deliveries`);
      expect(deliveries).toMatchObject([{ status: "disabled", attempts: [] }]);
    }, PATIENCE);
    expect(receiver.received).toHaveLength(1);
  });

  it("wait fifteen seconds for an endpoint that does not answer, and hold up no other", async () => {
    const silent = await startHttpServer(() => {});
    const stuck = await submit({}, `${silent.url}/hook`);
    await vi.waitFor(() => expect(silent.received).toHaveLength(1), PATIENCE);
    await submit({}, `${receiver.url}/done`);
    await receivedEvent();
    expect((await json(`/v1/jobs/${stuck}/deliveries`)).deliveries[0].attempts).toMatchObject([
      { outcome: "unfinished" },
    ]);
    const { attempts } = await attemptsOf(stuck, [["timeout", null]]);
    expect(attempts[0].duration_ms).toBeGreaterThanOrEqual(15_000);
    await silent.close();
  });
});

describe("webhooks into workerd", () => {
  it.each(HOOK_KINDS)("of kind $kind make a job, once", async (sender) => {
    const callbackUrl = `${receiver.url}/done`;
    await insertHook(worker.database, { ...sender.hook, callbackUrl });
    const origin = worker.url.origin;
    const event = { origin, clipUrl: `${files.url}/clip.wav`, nowMs: Date.now() };
    const request = await hookRequest(sender, event);
    const path = `/v1/hooks/${sender.hook.name}`;
    const response = await worker.fetch(path, request);
    expect(response.status).toBe(202);
    const { job } = await response.json();
    expect(await receivedEvent()).toMatchObject({
      type: "job.done",
      data: { id: job, status: "done", metadata: { hook: sender.hook.name } },
    });
    const again = await worker.fetch(path, request);
    expect([again.status, await again.json()]).toEqual([200, { job, seen: true }]);
    const stranger = await hookRequest({ ...sender, secret: sender.strangersSecret }, event);
    expect((await worker.fetch(path, stranger)).status).toBe(403);
  });
});

describe("a deployed Worker", () => {
  it("takes no URL of a private host, whatever ALLOW_PRIVATE_URLS says", async () => {
    await worker.restart({ UNDERTONE_LOCAL: "", UNDERTONE_OPEN: "", ALLOW_PRIVATE_URLS: "1" });
    const request = { scopes: ["jobs"], requestsPerMinute: 600 } as const;
    const { token } = await createKey(worker.database, request, Date.now());
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    const asked = (path: string, url: string) =>
      json(path, { method: "POST", headers, body: JSON.stringify({ audio: { url } }) });
    const publicUrl = "https://audio.undertone.dev/clip.wav";
    const callback = new URLSearchParams({ callback_url: receiver.url });
    for (const refusal of [
      await asked("/v1/jobs", `${files.url}/clip.wav`),
      await asked("/v1/jobs", files.url.replace("http:", "https:")),
      await asked(`/v1/jobs?${callback}`, publicUrl),
    ]) {
      expect(refusal).toMatchObject({ type: "/problems/url-not-allowed", status: 422 });
    }
  });
});
