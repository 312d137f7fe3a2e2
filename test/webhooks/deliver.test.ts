import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { sql } from "../../src/database/database.ts";
import { nodeSend } from "../../src/outbound/send-node.ts";
import { deliver } from "../../src/webhooks/deliver.ts";
import { resendDue } from "../../src/webhooks/resend-due.ts";
import { rotateSecret } from "../../src/webhooks/secrets.ts";
import { type Answer, type ReceivedRequest, startHttpServer } from "../support/jobs/http-server.ts";
import { START_MS } from "../support/jobs/outbox.ts";
import { useReceiver } from "../support/jobs/receiving.ts";

const HOUR_MS = 3_600_000;
/** Seconds between one attempt and the next, as the specification gives them. */
const SCHEDULE_SECONDS = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
/** The sweep looks once a minute, for what is overdue by half of one. */
const SWEEP_SLACK_SECONDS = 120;

/** Other tests may be busy on the same machine. */
const PATIENCE = { timeout: 20_000 };

const at = useReceiver();

function expectSchedule(attempts: readonly { readonly startedAt: number }[]): void {
  for (const [index, seconds] of SCHEDULE_SECONDS.entries()) {
    const [before, after] = [attempts[index], attempts[index + 1]];
    const waited = ((after?.startedAt ?? 0) - (before?.startedAt ?? 0)) / 1000;
    expect(waited).toBeGreaterThanOrEqual(seconds);
    expect(waited).toBeLessThanOrEqual(seconds + SWEEP_SLACK_SECONDS);
  }
}

describe("a webhook that is taken", () => {
  it("arrives once, signed, with its id and the time of the attempt", async () => {
    // The library's verifier has a clock of its own.
    at.outbox.clock.nowMs = Date.now();
    const id = await at.planned();
    await at.outbox.runToEnd();
    const [request, ...more] = at.receiver.received;
    expect(more).toEqual([]);
    expect(request).toMatchObject({
      method: "POST",
      path: "/hook",
      headers: { "webhook-id": id, "content-type": "application/json" },
    });
    const headers = request?.headers as Record<string, string>;
    expect(new Webhook(at.secret).verify(request?.body ?? "", headers)).toEqual({
      type: "job.done",
    });
    expect((await at.outbox.recordOf(id)).row).toMatchObject({ status: "delivered", tries: 1 });
    expect(await at.outcomes(id)).toEqual([["delivered", 204]]);
  });

  it("is not sent again by a message that comes twice", async () => {
    const id = await at.planned();
    await Promise.all([at.outbox.attempt(id), at.outbox.attempt(id), at.outbox.attempt(id)]);
    await at.outbox.attempt(id);
    expect(at.receiver.received).toHaveLength(1);
  });

  it("carries two signatures while secrets are rotated, and one afterwards", async () => {
    const next = await rotateSecret(at.outbox.database, "acme", 24 * HOUR_MS, START_MS);
    const verifiedBy = async (id: string) => {
      await at.outbox.attempt(await at.outbox.plan({ id, url: at.receiver.url }));
      const { body, headers } = at.receiver.received.at(-1) as ReceivedRequest;
      // The library's verifier has a clock of its own; the signature of that moment is compared instead.
      const sentAt = new Date(Number(headers["webhook-timestamp"]) * 1000);
      const signatures = String(headers["webhook-signature"]).split(" ");
      return [at.secret, next.secret].filter((held) =>
        signatures.includes(new Webhook(held).sign(id, sentAt, body)),
      );
    };
    expect(await verifiedBy("msg_job_1")).toEqual([at.secret, next.secret]);
    at.outbox.clock.nowMs += 24 * HOUR_MS;
    expect(await verifiedBy("msg_job_2")).toEqual([next.secret]);
  });
});

describe("a webhook that is not taken", () => {
  const FAULTS: readonly (readonly [string, Answer, readonly [string, number | null]])[] = [
    ["answers 500", (_, response) => response.writeHead(500).end(), ["http-error", 500]],
    ["answers 404", (_, response) => response.writeHead(404).end(), ["http-error", 404]],
    [
      "redirects",
      (_, response) => response.writeHead(307, { Location: "/elsewhere" }).end(),
      ["redirect", 307],
    ],
    ["drops the connection", (_, response) => response.destroy(), ["unreachable", null]],
  ];

  it.each(FAULTS)(
    "is tried ten times on schedule if the receiver %s",
    async (_, fault, outcome) => {
      at.answer = fault;
      const id = await at.planned();
      await at.outbox.runToEnd();
      const { row, attempts } = await at.outbox.recordOf(id);
      expect(row).toMatchObject({ status: "exhausted", tries: 10, next_try_at: null });
      expect(await at.outcomes(id)).toEqual(Array.from({ length: 10 }, () => outcome));
      expect(attempts.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expectSchedule(attempts);
      expect(at.receiver.received.map(({ path }) => path)).toEqual(
        Array.from({ length: 10 }, () => "/hook"),
      );
    },
  );

  it("is tried ten times on schedule if the receiver never answers", async () => {
    at.answer = () => {};
    await at.reopen({ timeoutMs: 50 });
    const id = await at.planned();
    await at.outbox.runToEnd();
    expect(await at.outcomes(id)).toEqual(Array.from({ length: 10 }, () => ["timeout", null]));
    expectSchedule((await at.outbox.recordOf(id)).attempts);
  });

  it("has the same id and bytes at every try, and a signature of its own time", async () => {
    at.answer = (_, response) => response.writeHead(500).end();
    const id = await at.planned();
    await at.outbox.runToEnd();
    const of = (name: string) => new Set(at.receiver.received.map(({ headers }) => headers[name]));
    expect(of("webhook-id")).toEqual(new Set([id]));
    expect(new Set(at.receiver.received.map(({ body }) => body)).size).toBe(1);
    expect(of("webhook-timestamp").size).toBe(10);
    expect(of("webhook-signature").size).toBe(10);
  });

  it("is tried until the receiver takes it", async () => {
    at.answer = (_, response) =>
      response.writeHead(at.receiver.received.length < 4 ? 503 : 200).end();
    const id = await at.planned();
    await at.outbox.runToEnd();
    expect(await at.outcomes(id)).toEqual([
      ["http-error", 503],
      ["http-error", 503],
      ["http-error", 503],
      ["delivered", 200],
    ]);
  });

  it("waits as long as Retry-After asks", async () => {
    at.answer = (_, response) => {
      if (at.receiver.received.length > 1) return response.writeHead(200).end();
      return response.writeHead(429, { "Retry-After": "7200" }).end();
    };
    const id = await at.planned();
    await at.outbox.runToEnd();
    const [first, second] = (await at.outbox.recordOf(id)).attempts;
    const waited = ((second?.startedAt ?? 0) - (first?.startedAt ?? 0)) / 1000;
    expect(waited).toBeGreaterThanOrEqual(7200);
    expect(waited).toBeLessThanOrEqual(7200 + SWEEP_SLACK_SECONDS);
  });

  it("is tried again if the receiver answers after the timeout, which it may see as a second copy", async () => {
    const late: (() => void)[] = [];
    at.answer = (_, response) => {
      if (at.receiver.received.length > 1) return response.writeHead(200).end();
      late.push(() => response.writeHead(200).end());
    };
    const id = await at.planned();
    await deliver(at.outbox, id, { random: () => 0, timeoutMs: 1000 });
    for (const respond of late) respond();
    await at.outbox.runToEnd();
    expect(await at.outcomes(id)).toEqual([
      ["timeout", null],
      ["delivered", 200],
    ]);
    expect(at.receiver.received.map(({ headers }) => headers["webhook-id"])).toEqual([id, id]);
  });

  it("is made again if its process died during the attempt, which stays on record", async () => {
    const id = await at.planned();
    void deliver({ ...at.outbox, send: () => new Promise(() => {}) }, id);
    await expect.poll(() => at.outcomes(id), PATIENCE).toEqual([["unfinished", null]]);
    await at.outbox.attempt(id);
    expect(at.receiver.received).toHaveLength(0);
    at.outbox.clock.nowMs += 61_000;
    await at.outbox.runToEnd();
    expect(await at.outcomes(id)).toEqual([
      ["unfinished", null],
      ["delivered", 204],
    ]);
  });

  it("is given back by a process that ends, and made again at once", async () => {
    at.answer = () => {};
    const id = await at.planned();
    at.outbox.waiting.length = 0;
    const stopping = new AbortController();
    const attempt = deliver(at.outbox, id, { stopping: stopping.signal });
    await expect.poll(() => at.receiver.received.length, PATIENCE).toBe(1);
    stopping.abort();
    await attempt;
    at.answer = (_, response) => response.writeHead(204).end();
    await at.outbox.runToEnd();
    expect(at.outbox.clock.nowMs).toBe(START_MS);
    expect(await at.outcomes(id)).toEqual([
      ["unfinished", null],
      ["delivered", 204],
    ]);
  });

  it("is found by the sweep if its message is lost", async () => {
    const id = await at.planned();
    at.outbox.waiting.length = 0;
    expect(await resendDue(at.outbox.database, at.outbox.queue, START_MS + 29_000)).toBe(0);
    expect(await resendDue(at.outbox.database, at.outbox.queue, START_MS + 30_000)).toBe(1);
    await at.outbox.runToEnd();
    expect(await at.outcomes(id)).toEqual([["delivered", 204]]);
  });

  it("is not tried before its time by a message that comes early", async () => {
    at.answer = (_, response) => response.writeHead(500).end();
    const id = await at.planned();
    await at.outbox.attempt(id);
    at.outbox.clock.nowMs += 3000;
    await at.outbox.attempt(id);
    expect(at.receiver.received).toHaveLength(1);
  });
});

describe("a webhook that must not be sent", () => {
  it("goes to no private address", async () => {
    await at.reopen({}, nodeSend({ allowPrivate: false }));
    const id = await at.planned();
    await at.outbox.attempt(id);
    expect(await at.outcomes(id)).toEqual([["url-not-allowed", null]]);
    expect(at.receiver.received).toHaveLength(0);
  });

  it("goes nowhere without a signature, and follows once there is a secret", async () => {
    const id = await at.outbox.plan({ url: at.receiver.url, owner: "newcomer" });
    await at.outbox.attempt(id);
    expect(at.receiver.received).toHaveLength(0);
    await rotateSecret(at.outbox.database, "newcomer", 0, START_MS);
    await at.outbox.runToEnd();
    expect(await at.outcomes(id)).toEqual([
      ["unsigned", null],
      ["delivered", 204],
    ]);
  });
});

describe("an endpoint that never answers", () => {
  it("holds up no more than four consumers, and no other endpoint", async () => {
    const silent = await startHttpServer(() => {});
    await at.reopen({ timeoutMs: 5000 });
    const stuck = Array.from({ length: 20 }, (_, index) => `msg_job_${index}`);
    for (const id of stuck) {
      await at.outbox.plan({ id, url: `${silent.url}/hook?job=${id}` });
    }
    const attempts = stuck.map(at.outbox.attempt);
    // Sixteen come back at once; only those that wait for an answer are still out.
    await expect.poll(() => silent.received.length, PATIENCE).toBe(4);
    const healthy = await at.outbox.plan({ id: "msg_job_healthy", url: at.receiver.url });
    await at.outbox.attempt(healthy);
    expect(at.receiver.received).toHaveLength(1);
    await Promise.all(attempts);
    expect(silent.received).toHaveLength(4);
    const tried = await at.outbox.database.all(sql`SELECT outcome FROM delivery_attempts
      WHERE delivery_id <> ${healthy}`);
    expect(tried).toEqual(Array.from({ length: 4 }, () => ({ outcome: "timeout" })));
    expect(new Set(at.outbox.waiting.map(({ message }) => message.id))).toEqual(
      new Set([...stuck, healthy]),
    );
    await silent.close();
  });
});
