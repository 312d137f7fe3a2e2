import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { unstable_startWorker } from "wrangler";
import { nodeSend } from "../../src/outbound/send-node.ts";
import { attemptWebhook } from "../../src/webhooks/attempt.ts";
import { createWebhookSecret } from "../../src/webhooks/signature.ts";
import { needsPrograms } from "../../support/programs.ts";

const DOCS = join(import.meta.dirname, "../../docs");
const RECEIVERS = join(DOCS, "receivers");

it("docs/webhooks.md shows every receiver as it is", () => {
  const guide = readFileSync(join(DOCS, "webhooks.md"), "utf8");
  const receivers = readdirSync(RECEIVERS);
  expect(receivers.length).toBeGreaterThan(0);
  for (const name of receivers) {
    expect(guide).toContain(`\n${readFileSync(join(RECEIVERS, name), "utf8")}\`\`\`\n`);
  }
});

describe("the receiver in Python", () => {
  const secret = createWebhookSecret();
  let receiver: ChildProcess | undefined;
  let url: URL;
  let printed = "";

  beforeAll(async () => {
    const port = await freePort();
    url = new URL(`http://127.0.0.1:${port}/undertone`);
    const environment = { ...process.env, WEBHOOK_SECRET: secret, PORT: String(port) };
    receiver = spawn("python3", [join(RECEIVERS, "receiver.py")], { env: environment });
    receiver.on("error", () => {});
    receiver.stdout?.on("data", (text) => (printed += text));
    if (receiver.pid !== undefined) await vi.waitFor(() => fetch(url), { timeout: 20_000 });
  });
  afterAll(() => receiver?.kill());

  interface Sending {
    readonly id: string;
    readonly signedWith?: string;
    readonly ageMs?: number;
    /** How the body is sent; whole if left out. */
    readonly chunks?: (body: string) => readonly string[];
  }

  /** The status that a webhook is answered with. */
  async function statusOf({ id, signedWith = secret, ageMs = 0, chunks }: Sending) {
    const data = { id, status: "done", metadata: null };
    const body = JSON.stringify({ type: "job.done", timestamp: "2026-01-15T12:00:00.000Z", data });
    const sentAt = new Date(Date.now() - ageMs);
    const headers = {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(sentAt.getTime() / 1000)),
      "webhook-signature": new Webhook(signedWith).sign(id, sentAt, body),
    };
    const asked = request(url, { method: "POST", headers });
    if (chunks === undefined) asked.setHeader("Content-Length", Buffer.byteLength(body));
    for (const chunk of chunks?.(body) ?? [body]) asked.write(chunk);
    const [response] = await once(asked.end(), "response");
    return response.statusCode;
  }

  it("takes bodies whole and in chunks, and each webhook once", async (context) => {
    needsPrograms(context, "python3");
    const halves = (body: string) => [body.slice(0, 20), body.slice(20)];
    expect(await statusOf({ id: "msg_whole" })).toBe(204);
    expect(await statusOf({ id: "msg_chunks", chunks: halves })).toBe(204);
    expect(await statusOf({ id: "msg_chunks", chunks: (body) => [...body] })).toBe(204);
    await expect.poll(() => printed).toBe("job.done msg_whole None\njob.done msg_chunks None\n");
  });

  it("refuses what others send, what is old, what is too long and what is cut short", async (context) => {
    needsPrograms(context, "python3");
    expect(await statusOf({ id: "msg_other", signedWith: createWebhookSecret() })).toBe(400);
    expect(await statusOf({ id: "msg_old", ageMs: 301_000 })).toBe(400);
    const long = () => Array.from({ length: 20 }, () => "x".repeat(100_000));
    expect(await statusOf({ id: "msg_long", chunks: long }).catch(() => 400)).toBe(400);
    for (const body of ["5\r\nab", "zz\r\nabc\r\n0\r\n\r\n", "-5\r\n", ""]) {
      expect(await answerTo(`Transfer-Encoding: chunked\r\n\r\n${body}`)).toMatch(/^HTTP\/1.0 400/);
    }
    for (const length of ["-1", "9", "many", "999999999999"]) {
      expect(await answerTo(`Content-Length: ${length}\r\n\r\nab`)).toMatch(/^HTTP\/1.0 400/);
    }
    expect(await statusOf({ id: "msg_after" })).toBe(204);
  });

  /** What is answered to a request that ends as this does. */
  async function answerTo(end: string): Promise<string> {
    const socket = connect(Number(url.port), url.hostname);
    socket.end(`POST /undertone HTTP/1.1\r\nHost: receiver\r\n${end}`);
    let answer = "";
    for await (const text of socket.setEncoding("latin1")) answer += text;
    return answer;
  }
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("the receiver on Workers", () => {
  const secret = createWebhookSecret();
  let worker: Awaited<ReturnType<typeof unstable_startWorker>>;
  let url: string;

  beforeAll(async () => {
    process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
    process.env.WRANGLER_SEND_METRICS = "false";
    worker = await unstable_startWorker({
      name: "receiver",
      entrypoint: join(RECEIVERS, "hono.ts"),
      compatibilityDate: "2026-11-01",
      bindings: { WEBHOOK_SECRET: { type: "plain_text", value: secret } },
      dev: {
        server: { hostname: "127.0.0.1", port: 0 },
        logLevel: "none",
        watch: false,
        inspector: false,
      },
    });
    url = new URL("/undertone", await worker.url).href;
  });
  afterAll(() => worker?.dispose());

  /** The status that a webhook is answered with. */
  async function statusOf(secrets: readonly string[], ageMs = 0): Promise<number | null> {
    const data = { id: "job_1", status: "done", metadata: null };
    const body = JSON.stringify({ type: "job.done", timestamp: "2026-01-15T12:00:00.000Z", data });
    const message = { id: "msg_job_1", url, body, secrets };
    const attempt = { nowMs: Date.now() - ageMs, timeoutMs: 10_000 };
    const send = nodeSend({ allowPrivate: true });
    return (await attemptWebhook(message, send, attempt)).responseStatus;
  }

  it("takes what Undertone sends, also twice and while secrets are rotated", async () => {
    expect(await statusOf([secret])).toBe(204);
    expect(await statusOf([secret])).toBe(204);
    expect(await statusOf([createWebhookSecret(), secret])).toBe(204);
  });

  it("refuses what others send, and what is old", async () => {
    expect(await statusOf([createWebhookSecret()])).toBe(400);
    expect(await statusOf([secret], 301_000)).toBe(400);
  });
});
