import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sql } from "../../../src/jobs/database.ts";
import { nodeSend } from "../../../src/jobs/safe-fetch/node-send.ts";
import { deliver } from "../../../src/jobs/webhooks/deliver.ts";
import { forgetOldDeliveries, redeliver } from "../../../src/jobs/webhooks/delivery-log.ts";
import { resendDue } from "../../../src/jobs/webhooks/resend-due.ts";
import { rotateSecret } from "../../../src/jobs/webhooks/secrets.ts";
import {
  type Answer,
  type ReceivedRequest,
  startHttpServer,
  type TestServer,
} from "../http-server.ts";
import { type Outbox, openOutbox, START_MS } from "./outbox.ts";

const HOUR_MS = 3_600_000;
/** Seconds between one attempt and the next, as the specification gives them. */
const SCHEDULE_SECONDS = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
/** The sweep looks once a minute, for what is overdue by half of one. */
const SWEEP_SLACK_SECONDS = 120;

let receiver: TestServer;
let answer: Answer;
let outbox: Outbox;
let secret: string;

beforeEach(async () => {
  answer = (_, response) => response.writeHead(204).end();
  receiver = await startHttpServer((request, response) => answer(request, response));
  outbox = openOutbox();
  secret = (await rotateSecret(outbox.database, "acme", 0, START_MS)).secret;
});
afterEach(async () => {
  outbox.close();
  await receiver.close();
});

const planned = () => outbox.plan({ url: `${receiver.url}/hook` });
const outcomes = async (id: string) =>
  (await outbox.recordOf(id)).attempts.map(({ outcome, responseStatus }) => [
    outcome,
    responseStatus,
  ]);

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
    outbox.clock.nowMs = Date.now();
    const id = await planned();
    await outbox.runToEnd();
    const [request, ...more] = receiver.received;
    expect(more).toEqual([]);
    expect(request).toMatchObject({
      method: "POST",
      path: "/hook",
      headers: { "webhook-id": id, "content-type": "application/json" },
    });
    const headers = request?.headers as Record<string, string>;
    expect(new Webhook(secret).verify(request?.body ?? "", headers)).toEqual({ type: "job.done" });
    expect((await outbox.recordOf(id)).row).toMatchObject({ status: "delivered", tries: 1 });
    expect(await outcomes(id)).toEqual([["delivered", 204]]);
  });

  it("is not sent again by a message that comes twice", async () => {
    const id = await planned();
    await Promise.all([outbox.attempt(id), outbox.attempt(id), outbox.attempt(id)]);
    await outbox.attempt(id);
    expect(receiver.received).toHaveLength(1);
  });

  it("carries two signatures while secrets are rotated, and one afterwards", async () => {
    const next = await rotateSecret(outbox.database, "acme", 24 * HOUR_MS, START_MS);
    const verifiedBy = async (id: string) => {
      await outbox.attempt(await outbox.plan({ id, url: receiver.url }));
      const { body, headers } = receiver.received.at(-1) as ReceivedRequest;
      // The library's verifier has a clock of its own; the signature of that moment is compared instead.
      const at = new Date(Number(headers["webhook-timestamp"]) * 1000);
      const signatures = String(headers["webhook-signature"]).split(" ");
      return [secret, next.secret].filter((held) =>
        signatures.includes(new Webhook(held).sign(id, at, body)),
      );
    };
    expect(await verifiedBy("msg_job_1")).toEqual([secret, next.secret]);
    outbox.clock.nowMs += 24 * HOUR_MS;
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
      answer = fault;
      const id = await planned();
      await outbox.runToEnd();
      const { row, attempts } = await outbox.recordOf(id);
      expect(row).toMatchObject({ status: "exhausted", tries: 10, next_try_at: null });
      expect(await outcomes(id)).toEqual(Array.from({ length: 10 }, () => outcome));
      expect(attempts.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expectSchedule(attempts);
      expect(receiver.received.map(({ path }) => path)).toEqual(
        Array.from({ length: 10 }, () => "/hook"),
      );
    },
  );

  it("is tried ten times on schedule if the receiver never answers", async () => {
    answer = () => {};
    outbox.close();
    outbox = openOutbox({ timeoutMs: 50 });
    await rotateSecret(outbox.database, "acme", 0, START_MS);
    const id = await planned();
    await outbox.runToEnd();
    expect(await outcomes(id)).toEqual(Array.from({ length: 10 }, () => ["timeout", null]));
    expectSchedule((await outbox.recordOf(id)).attempts);
  });

  it("has the same id and bytes at every try, and a signature of its own time", async () => {
    answer = (_, response) => response.writeHead(500).end();
    const id = await planned();
    await outbox.runToEnd();
    const of = (name: string) => new Set(receiver.received.map(({ headers }) => headers[name]));
    expect(of("webhook-id")).toEqual(new Set([id]));
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    expect(of("webhook-timestamp").size).toBe(10);
    expect(of("webhook-signature").size).toBe(10);
  });

  it("is tried until the receiver takes it", async () => {
    answer = (_, response) => response.writeHead(receiver.received.length < 4 ? 503 : 200).end();
    const id = await planned();
    await outbox.runToEnd();
    expect(await outcomes(id)).toEqual([
      ["http-error", 503],
      ["http-error", 503],
      ["http-error", 503],
      ["delivered", 200],
    ]);
  });

  it("waits as long as Retry-After asks", async () => {
    answer = (_, response) => {
      if (receiver.received.length > 1) return response.writeHead(200).end();
      return response.writeHead(429, { "Retry-After": "7200" }).end();
    };
    const id = await planned();
    await outbox.runToEnd();
    const [first, second] = (await outbox.recordOf(id)).attempts;
    const waited = ((second?.startedAt ?? 0) - (first?.startedAt ?? 0)) / 1000;
    expect(waited).toBeGreaterThanOrEqual(7200);
    expect(waited).toBeLessThanOrEqual(7200 + SWEEP_SLACK_SECONDS);
  });

  it("is tried again if the receiver answers after the timeout, which it may see as a second copy", async () => {
    const late: (() => void)[] = [];
    answer = (_, response) => {
      if (receiver.received.length > 1) return response.writeHead(200).end();
      late.push(() => response.writeHead(200).end());
    };
    outbox.close();
    outbox = openOutbox({ timeoutMs: 100 });
    await rotateSecret(outbox.database, "acme", 0, START_MS);
    const id = await planned();
    await outbox.attempt(id);
    for (const respond of late) respond();
    await outbox.runToEnd();
    expect(await outcomes(id)).toEqual([
      ["timeout", null],
      ["delivered", 200],
    ]);
    expect(receiver.received.map(({ headers }) => headers["webhook-id"])).toEqual([id, id]);
  });

  it("is made again if its process died during the attempt, which stays on record", async () => {
    const id = await planned();
    void deliver({ ...outbox, send: () => new Promise(() => {}) }, id);
    await expect.poll(() => outcomes(id)).toEqual([["unfinished", null]]);
    await outbox.attempt(id);
    expect(receiver.received).toHaveLength(0);
    outbox.clock.nowMs += 61_000;
    await outbox.runToEnd();
    expect(await outcomes(id)).toEqual([
      ["unfinished", null],
      ["delivered", 204],
    ]);
  });

  it("is found by the sweep if its message is lost", async () => {
    const id = await planned();
    outbox.waiting.length = 0;
    expect(await resendDue(outbox.database, outbox.queue, START_MS + 29_000)).toBe(0);
    expect(await resendDue(outbox.database, outbox.queue, START_MS + 30_000)).toBe(1);
    await outbox.runToEnd();
    expect(await outcomes(id)).toEqual([["delivered", 204]]);
  });

  it("is not tried before its time by a message that comes early", async () => {
    answer = (_, response) => response.writeHead(500).end();
    const id = await planned();
    await outbox.attempt(id);
    outbox.clock.nowMs += 3000;
    await outbox.attempt(id);
    expect(receiver.received).toHaveLength(1);
  });
});

describe("a webhook that must not be sent", () => {
  it("goes to no private address", async () => {
    outbox.close();
    outbox = openOutbox({}, nodeSend({ allowPrivate: false }));
    await rotateSecret(outbox.database, "acme", 0, START_MS);
    const id = await planned();
    await outbox.attempt(id);
    expect(await outcomes(id)).toEqual([["url-not-allowed", null]]);
    expect(receiver.received).toHaveLength(0);
  });

  it("goes nowhere without a signature, and follows once there is a secret", async () => {
    const id = await outbox.plan({ url: receiver.url, owner: "newcomer" });
    await outbox.attempt(id);
    expect(receiver.received).toHaveLength(0);
    await rotateSecret(outbox.database, "newcomer", 0, START_MS);
    await outbox.runToEnd();
    expect(await outcomes(id)).toEqual([
      ["unsigned", null],
      ["delivered", 204],
    ]);
  });
});

describe("an endpoint that answers 410", () => {
  const urlOf = (path: string) => `${receiver.url}${path}`;
  beforeEach(() => {
    answer = ({ path }, response) => response.writeHead(path === "/gone" ? 410 : 200).end();
  });

  it("gets nothing more, and others do", async () => {
    const first = await outbox.plan({ id: "msg_job_1", url: urlOf("/gone") });
    await outbox.runToEnd();
    const second = await outbox.plan({ id: "msg_job_2", url: urlOf("/gone") });
    const elsewhere = await outbox.plan({ id: "msg_job_3", url: urlOf("/here") });
    await outbox.runToEnd();
    expect(await outcomes(first)).toEqual([["gone", 410]]);
    expect((await outbox.recordOf(second)).row.status).toBe("disabled");
    expect(await outcomes(second)).toEqual([]);
    expect(await outcomes(elsewhere)).toEqual([["delivered", 200]]);
    expect(receiver.received.map(({ path }) => path)).toEqual(["/gone", "/here"]);
  });

  it("is disabled for its own owner only", async () => {
    await outbox.plan({ id: "msg_job_1", url: urlOf("/gone") });
    await outbox.runToEnd();
    await rotateSecret(outbox.database, null, 0, START_MS);
    const id = await outbox.plan({ id: "msg_job_2", url: urlOf("/gone"), owner: null });
    await outbox.runToEnd();
    expect(await outcomes(id)).toEqual([["gone", 410]]);
  });
});

describe("redelivery by hand", () => {
  const again = (id: string, subjectId = "job_1") =>
    redeliver(outbox.database, outbox.queue, { subjectId, id, nowMs: outbox.clock.nowMs });

  it("tries an exhausted delivery once more, with the same id", async () => {
    answer = (_, response) => response.writeHead(500).end();
    const id = await planned();
    await outbox.runToEnd();
    answer = (_, response) => response.writeHead(200).end();
    expect(await again(id)).toBe(true);
    await outbox.runToEnd();
    const { row, attempts } = await outbox.recordOf(id);
    expect(row).toMatchObject({ status: "delivered", tries: 11 });
    expect(attempts.at(-1)).toMatchObject({ number: 11, outcome: "delivered" });
    expect(receiver.received.at(-1)?.headers["webhook-id"]).toBe(id);
  });

  it("sends a delivered one again", async () => {
    const id = await planned();
    await outbox.runToEnd();
    await again(id);
    await outbox.runToEnd();
    expect(receiver.received).toHaveLength(2);
  });

  it("enables an endpoint that had answered 410", async () => {
    answer = (_, response) => response.writeHead(410).end();
    const id = await planned();
    await outbox.runToEnd();
    answer = (_, response) => response.writeHead(200).end();
    await again(id);
    await outbox.runToEnd();
    expect(await outcomes(id)).toEqual([
      ["gone", 410],
      ["delivered", 200],
    ]);
  });

  it("knows no delivery of another subject", async () => {
    const id = await planned();
    expect(await again(id, "job_2")).toBe(false);
    expect(await again("msg_job_9")).toBe(false);
  });
});

describe("an endpoint that never answers", () => {
  it("holds up no more than four consumers, and no other endpoint", async () => {
    const silent = await startHttpServer(() => {});
    outbox.close();
    outbox = openOutbox({ timeoutMs: 2000 });
    await rotateSecret(outbox.database, "acme", 0, START_MS);
    const stuck = Array.from({ length: 20 }, (_, index) => `msg_job_${index}`);
    for (const id of stuck) {
      await outbox.plan({ id, url: `${silent.url}/hook?job=${id}` });
    }
    const attempts = stuck.map(outbox.attempt);
    // Sixteen come back at once; only those that wait for an answer are still out.
    await expect.poll(() => silent.received.length).toBe(4);
    const healthy = await outbox.plan({ id: "msg_job_healthy", url: receiver.url });
    await outbox.attempt(healthy);
    expect(receiver.received).toHaveLength(1);
    await Promise.all(attempts);
    expect(silent.received).toHaveLength(4);
    const tried = await outbox.database.all(sql`SELECT outcome FROM delivery_attempts
      WHERE delivery_id <> ${healthy}`);
    expect(tried).toEqual(Array.from({ length: 4 }, () => ({ outcome: "timeout" })));
    expect(new Set(outbox.waiting.map(({ message }) => message.id))).toEqual(
      new Set([...stuck, healthy]),
    );
    await silent.close();
  });
});

describe("the record of webhooks", () => {
  const MONTH_MS = 30 * 24 * HOUR_MS;
  const counts = async () => {
    const count = async (rows: Promise<unknown[]>) => (await rows).length;
    return [
      await count(outbox.database.all(sql`SELECT id FROM deliveries`)),
      await count(outbox.database.all(sql`SELECT number FROM delivery_attempts`)),
    ];
  };

  it("is kept for a month, and longer while one is pending", async () => {
    await planned();
    await outbox.runToEnd();
    await outbox.plan({ id: "msg_job_2", url: receiver.url });
    await forgetOldDeliveries(outbox.database, outbox.clock.nowMs + MONTH_MS - 1);
    expect(await counts()).toEqual([2, 1]);
    await forgetOldDeliveries(outbox.database, outbox.clock.nowMs + MONTH_MS);
    expect(await counts()).toEqual([1, 0]);
  });
});
