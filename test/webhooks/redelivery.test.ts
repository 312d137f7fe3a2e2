import { beforeEach, describe, expect, it } from "vitest";
import { sql } from "../../src/database/database.ts";
import { forgetOldDeliveries, redeliver } from "../../src/webhooks/delivery-log.ts";
import { rotateSecret } from "../../src/webhooks/secrets.ts";
import { START_MS } from "../support/jobs/outbox.ts";
import { useReceiver } from "../support/jobs/receiving.ts";

const MONTH_MS = 30 * 24 * 3_600_000;

const at = useReceiver();

describe("an endpoint that answers 410", () => {
  const urlOf = (path: string) => `${at.receiver.url}${path}`;
  beforeEach(() => {
    at.answer = ({ path }, response) => response.writeHead(path === "/gone" ? 410 : 200).end();
  });

  it("gets nothing more, and others do", async () => {
    const first = await at.outbox.plan({ id: "msg_job_1", url: urlOf("/gone") });
    await at.outbox.runToEnd();
    const second = await at.outbox.plan({ id: "msg_job_2", url: urlOf("/gone") });
    const elsewhere = await at.outbox.plan({ id: "msg_job_3", url: urlOf("/here") });
    await at.outbox.runToEnd();
    expect(await at.outcomes(first)).toEqual([["gone", 410]]);
    expect((await at.outbox.recordOf(second)).row.status).toBe("disabled");
    expect(await at.outcomes(second)).toEqual([]);
    expect(await at.outcomes(elsewhere)).toEqual([["delivered", 200]]);
    expect(at.receiver.received.map(({ path }) => path)).toEqual(["/gone", "/here"]);
  });

  it("is disabled for its own owner only", async () => {
    await at.outbox.plan({ id: "msg_job_1", url: urlOf("/gone") });
    await at.outbox.runToEnd();
    await rotateSecret(at.outbox.database, null, 0, START_MS);
    const id = await at.outbox.plan({ id: "msg_job_2", url: urlOf("/gone"), owner: null });
    await at.outbox.runToEnd();
    expect(await at.outcomes(id)).toEqual([["gone", 410]]);
  });
});

describe("redelivery by hand", () => {
  const again = (id: string, subjectId = "job_1") =>
    redeliver(at.outbox.database, at.outbox.queue, { subjectId, id, nowMs: at.outbox.clock.nowMs });

  it("tries an exhausted delivery once more, with the same id", async () => {
    at.answer = (_, response) => response.writeHead(500).end();
    const id = await at.planned();
    await at.outbox.runToEnd();
    at.answer = (_, response) => response.writeHead(200).end();
    expect(await again(id)).toBe(true);
    await at.outbox.runToEnd();
    const { row, attempts } = await at.outbox.recordOf(id);
    expect(row).toMatchObject({ status: "delivered", tries: 11 });
    expect(attempts.at(-1)).toMatchObject({ number: 11, outcome: "delivered" });
    expect(at.receiver.received.at(-1)?.headers["webhook-id"]).toBe(id);
  });

  it("sends a delivered one again", async () => {
    const id = await at.planned();
    await at.outbox.runToEnd();
    await again(id);
    await at.outbox.runToEnd();
    expect(at.receiver.received).toHaveLength(2);
  });

  it("enables an endpoint that had answered 410", async () => {
    at.answer = (_, response) => response.writeHead(410).end();
    const id = await at.planned();
    await at.outbox.runToEnd();
    at.answer = (_, response) => response.writeHead(200).end();
    await again(id);
    await at.outbox.runToEnd();
    expect(await at.outcomes(id)).toEqual([
      ["gone", 410],
      ["delivered", 200],
    ]);
  });

  it("knows no delivery of another subject", async () => {
    const id = await at.planned();
    expect(await again(id, "job_2")).toBe(false);
    expect(await again("msg_job_9")).toBe(false);
  });
});

describe("the record of webhooks", () => {
  const counts = async () => {
    const count = async (rows: Promise<unknown[]>) => (await rows).length;
    return [
      await count(at.outbox.database.all(sql`SELECT id FROM deliveries`)),
      await count(at.outbox.database.all(sql`SELECT number FROM delivery_attempts`)),
    ];
  };

  it("is kept for a month, and longer while one is pending", async () => {
    await at.planned();
    await at.outbox.runToEnd();
    await at.outbox.plan({ id: "msg_job_2", url: at.receiver.url });
    await forgetOldDeliveries(at.outbox.database, at.outbox.clock.nowMs + MONTH_MS - 1);
    expect(await counts()).toEqual([2, 1]);
    await forgetOldDeliveries(at.outbox.database, at.outbox.clock.nowMs + MONTH_MS);
    expect(await counts()).toEqual([1, 0]);
  });
});
