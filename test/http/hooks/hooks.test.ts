import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Hook } from "../../../src/hooks/hook.ts";
import { insertHook } from "../../../src/hooks/table.ts";
import type { ModelRegistry } from "../../../src/model/pack/registry.ts";
import { tinyRegistry } from "../../../support/packs/tiny-pack.ts";
import { chirp, post, problemOf } from "../../support/http/service.ts";
import { HOOK_KINDS, hookRequest } from "../../support/jobs/hook-senders.ts";
import { startHttpServer, type TestServer } from "../../support/jobs/http-server.ts";
import { type JobService, startJobService } from "../../support/jobs/job-service.ts";

const ORIGIN = "http://localhost";

let models: ModelRegistry;
let service: JobService;
let files: TestServer;
const clip = chirp(1600);

beforeAll(async () => {
  models = await tinyRegistry();
  files = await startHttpServer((_, response) => response.end(clip));
});
beforeEach(async () => {
  service = await startJobService({}, models);
});
afterAll(() => files.close());

const store = (hook: Hook) => insertHook(service.platform.database, hook);
const call = (name: string, init: RequestInit) => service.app.request(`/v1/hooks/${name}`, init);

describe.each(HOOK_KINDS)("POST /v1/hooks/:name of a $kind hook", (sender) => {
  const options = { pool: "mean", format: "npy" };

  it("computes the features of the clip that it names", async () => {
    await store({ ...sender.hook, options });
    const nowMs = service.clock.nowMs;
    const request = await hookRequest(sender, {
      origin: ORIGIN,
      clipUrl: `${files.url}/a.wav`,
      nowMs,
    });
    const response = await call(sender.hook.name, request);
    expect(response.status).toBe(202);
    const { job, seen } = await response.json();
    expect(seen).toBe(false);
    expect(response.headers.get("Location")).toBe(`/v1/jobs/${job}`);
    await service.drain();
    const result = await service.app.request(`/v1/jobs/${job}/result`);
    const direct = await post(service, "?pool=mean&format=npy", clip);
    expect(new Uint8Array(await result.arrayBuffer())).toEqual(
      new Uint8Array(await direct.arrayBuffer()),
    );
  });

  it("answers 200 without work when the event comes again", async () => {
    await store(sender.hook);
    const sent = { origin: ORIGIN, clipUrl: `${files.url}/a.wav`, nowMs: service.clock.nowMs };
    const request = await hookRequest(sender, sent);
    const { job } = await (await call(sender.hook.name, request)).json();
    await service.drain();
    const again = await call(sender.hook.name, request);
    expect(again.status).toBe(200);
    expect(await again.json()).toEqual({ job, seen: true });
    expect(await service.consumeOne()).toBe(false);
  });

  it("refuses the event with another body, another secret or no proof", async () => {
    await store(sender.hook);
    const sent = { origin: ORIGIN, clipUrl: `${files.url}/a.wav`, nowMs: service.clock.nowMs };
    const genuine = await hookRequest(sender, sent);
    const stranger = { ...sender, secret: sender.strangersSecret };
    const refused = [
      ["signature-invalid", await hookRequest(stranger, sent)],
      ["signature-missing", { ...genuine, headers: { "Content-Type": sender.contentType } }],
      // What carries the secret itself proves nothing about the body.
      ...(sender.kind === "secret"
        ? []
        : [["signature-invalid", { ...genuine, body: `${genuine.body}x` }] as const]),
    ] as const;
    for (const [slug, request] of refused) {
      const problem = await problemOf(await call(sender.hook.name, request));
      expect(problem).toMatchObject({ type: `/problems/${slug}`, status: 403 });
    }
    expect(await service.consumeOne()).toBe(false);
  });
});

/** A body that says whether anybody has read of it. */
function watchedBody() {
  const watched = { pulled: 0 };
  const body = new ReadableStream(
    {
      pull(controller) {
        watched.pulled++;
        controller.enqueue(new Uint8Array(1000));
      },
    },
    { highWaterMark: 0 },
  );
  return { init: { method: "POST", body, duplex: "half" } as RequestInit, watched };
}

describe("POST /v1/hooks/:name without a proof", () => {
  it("reads no byte of a body for a hook that does not exist", async () => {
    const { init, watched } = watchedBody();
    expect(await problemOf(await call("nobody", init))).toMatchObject({
      type: "/problems/unknown-hook",
    });
    expect(watched.pulled).toBe(0);
  });

  it.each(HOOK_KINDS)("reads no byte of a body without the headers of $kind", async (sender) => {
    await store(sender.hook);
    const sent = { origin: ORIGIN, clipUrl: `${files.url}/a.wav`, nowMs: service.clock.nowMs };
    const { headers } = await hookRequest(sender, sent);
    const names = [...new Headers(headers as HeadersInit).keys()];
    for (const name of names.filter((name) => name !== "content-type")) {
      const { init, watched } = watchedBody();
      const less = new Headers(headers as HeadersInit);
      less.delete(name);
      const problem = await problemOf(await call(sender.hook.name, { ...init, headers: less }));
      expect(problem).toMatchObject({ type: "/problems/signature-missing" });
      expect(watched.pulled).toBe(0);
    }
  });

  it("reads no byte of a body behind a wrong secret", async () => {
    const sender = HOOK_KINDS.find(({ kind }) => kind === "secret") as (typeof HOOK_KINDS)[number];
    await store(sender.hook);
    const sent = { origin: ORIGIN, clipUrl: `${files.url}/a.wav`, nowMs: service.clock.nowMs };
    const stranger = { ...sender, secret: sender.strangersSecret };
    const { headers } = await hookRequest(stranger, sent);
    const { init, watched } = watchedBody();
    const response = await call(sender.hook.name, { ...init, headers } as RequestInit);
    expect(await problemOf(response)).toMatchObject({ type: "/problems/signature-invalid" });
    expect(watched.pulled).toBe(0);
  });
});

describe("POST /v1/hooks/:name", () => {
  it("knows only hooks that were created", async () => {
    const response = await call("nobody", { method: "POST", body: "{}" });
    expect(await problemOf(response)).toMatchObject({
      type: "/problems/unknown-hook",
      status: 404,
    });
  });

  it("takes at most as many bytes as a clip may have", async () => {
    const [sender] = HOOK_KINDS;
    await store(sender.hook);
    const sent = { origin: ORIGIN, clipUrl: `${files.url}/a.wav`, nowMs: service.clock.nowMs };
    const { headers } = await hookRequest(sender, sent);
    const body = "x".repeat(400_001);
    const response = await call(sender.hook.name, { method: "POST", headers, body });
    expect(await problemOf(response)).toMatchObject({ type: "/problems/body-too-large" });
  });

  it("is signed for the service's public address, where that is set", async () => {
    const origin = "https://undertone.dev";
    const settings = { ...service.platform.settings, publicOrigin: origin };
    service = await startJobService({ settings }, models);
    const twilio = HOOK_KINDS.find(({ kind }) => kind === "twilio") as (typeof HOOK_KINDS)[number];
    await store(twilio.hook);
    const sent = { clipUrl: `${files.url}/a.wav`, nowMs: service.clock.nowMs };
    const signedFor = async (address: string) =>
      (await call(twilio.hook.name, await hookRequest(twilio, { ...sent, origin: address })))
        .status;
    expect(await signedFor(ORIGIN)).toBe(403);
    expect(await signedFor(origin)).toBe(202);
  });
});
