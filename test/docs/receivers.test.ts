import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unstable_startWorker } from "wrangler";
import { nodeSend } from "../../src/jobs/safe-fetch/node-send.ts";
import { attemptWebhook } from "../../src/jobs/webhooks/attempt.ts";
import { createWebhookSecret } from "../../src/jobs/webhooks/signature.ts";

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
