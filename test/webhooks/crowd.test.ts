import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSecretBox } from "../../src/crypto/secret-box.ts";
import { sql } from "../../src/database/database.ts";
import { openSqliteDatabase, type SqliteDatabase } from "../../src/database/sqlite.ts";
import { startPoller } from "../../src/jobs/poller.ts";
import { nodeSend } from "../../src/outbound/send-node.ts";
import { sqliteQueue } from "../../src/queue/sqlite.ts";
import { deliver } from "../../src/webhooks/deliver.ts";
import { rotateSecret } from "../../src/webhooks/secrets.ts";

const MIGRATIONS = new URL("../../migrations", import.meta.url).pathname;
const PATIENCE = { timeout: 20_000 };
const SLOTS = 256;

let database: SqliteDatabase;
/** Answers `/quick`, and nothing else until it is told to. */
let receiver: Server;
let silent: { readonly host: string; answer(): void }[];
let quick: string[];
beforeEach(async () => {
  database = openSqliteDatabase(":memory:", MIGRATIONS);
  for (const owner of ["hoarder", "other", "third"])
    await rotateSecret(database, owner, 0, Date.now());
  silent = [];
  quick = [];
  receiver = createServer((request, response) => {
    const host = request.headers.host ?? "";
    const answer = () => response.writeHead(204).end();
    if (request.url !== "/quick") return void silent.push({ host, answer });
    quick.push(host);
    answer();
  });
  await new Promise<void>((resolve) => receiver.listen(0, "0.0.0.0", resolve));
});
afterEach(() => {
  receiver.closeAllConnections();
  receiver.close();
  database.close();
});

/** Every address of 127.0.0.0/8 leads to this machine: as many hosts as one likes. */
const hostOf = (number: number) =>
  `127.1.${number >> 8}.${number & 255}:${(receiver.address() as AddressInfo).port}`;

const queue = () => sqliteQueue({ database, now: Date.now });

async function plan(owner: string, hosts: readonly string[], path: string): Promise<void> {
  for (const [index, host] of hosts.entries()) {
    const id = `msg_${owner}${path}${index}`;
    await database.run(sql`INSERT INTO deliveries
      (id, subject_id, owner, url, host, payload, status, created_at, next_try_at)
      VALUES (${id}, ${id}, ${owner}, ${`http://${host}${path}`}, ${host}, '{}', 'pending', 0, ${Date.now()})`);
    await queue().send([{ kind: "delivery", id }]);
  }
}

/** Consumes as a Node server does. */
function start(timeoutMs = 60_000) {
  const context = {
    database,
    queue: queue(),
    send: nodeSend({ allowPrivate: true }),
    secrets: createSecretBox([]),
    now: Date.now,
  };
  return startPoller({
    database,
    now: Date.now,
    rules: { leaseMs: 120_000, maxTries: 6 },
    consumer: {
      async consume({ id }, stopping) {
        await deliver(context, id, { timeoutMs, stopping });
        return { kind: "done" };
      },
      bury: async () => ({ kind: "done" }),
    },
    concurrency: { work: 0, deliveries: SLOTS },
    sweep: async () => {},
    reportError: () => {},
  });
}

async function stop(poller: ReturnType<typeof start>): Promise<void> {
  await poller.stop(AbortSignal.abort());
}

describe("an owner all of whose hosts are silent", () => {
  it("has half of the slots, then others have 32, and the webhooks of a third go on", async () => {
    const hosts = Array.from({ length: SLOTS + 44 }, (_, index) => hostOf(index));
    await plan("hoarder", hosts, "/mute");
    const poller = start();
    await vi.waitFor(() => expect(silent).toHaveLength(128), PATIENCE);
    await plan("other", hosts, "/mute");
    await vi.waitFor(() => expect(silent).toHaveLength(128 + 32), PATIENCE);
    // Hosts that nobody else asked, and two that others wait for.
    await plan("third", [hostOf(1000), hostOf(1001), hostOf(200), hostOf(299)], "/quick");
    await vi.waitFor(() => expect(quick).toHaveLength(4), PATIENCE);
    // Nobody had to wait for the end of an attempt.
    expect(silent).toHaveLength(128 + 32);
    const ended = sql`SELECT * FROM delivery_attempts WHERE outcome NOT IN ('unfinished', 'delivered')`;
    expect(await database.all(ended)).toEqual([]);
    await stop(poller);
  });

  it("has the next begun as soon as one ends, each once", async () => {
    await plan(
      "hoarder",
      Array.from({ length: 200 }, (_, index) => hostOf(index)),
      "/mute",
    );
    const poller = start();
    for (let answered = 0; answered < 200; answered++) {
      await vi.waitUntil(() => silent.length > answered, PATIENCE);
      expect(silent.length - answered).toBeLessThanOrEqual(128);
      silent[answered]?.answer();
    }
    const undelivered = sql`SELECT id FROM deliveries WHERE status <> 'delivered' OR tries <> 1`;
    await vi.waitFor(async () => expect(await database.all(undelivered)).toEqual([]), PATIENCE);
    expect(new Set(silent.map(({ host }) => host)).size).toBe(200);
    await stop(poller);
  });
});

describe("a host that is silent", () => {
  it("has four attempts under way, the next as soon as one ends", async () => {
    await plan("hoarder", Array(30).fill(hostOf(7)), "/mute");
    const poller = start();
    await vi.waitFor(() => expect(silent).toHaveLength(4), PATIENCE);
    for (let answered = 0; answered < 30; answered++) {
      await vi.waitUntil(() => silent.length > answered, PATIENCE);
      expect(silent.length - answered).toBeLessThanOrEqual(4);
      silent[answered]?.answer();
    }
    await stop(poller);
  });

  it("is left to one message of each webhook, however many come", async () => {
    await plan("hoarder", Array(20).fill(hostOf(7)), "/mute");
    const poller = start();
    await vi.waitFor(() => expect(silent).toHaveLength(4), PATIENCE);
    const ids = Array.from({ length: 20 }, (_, index) => `msg_hoarder/mute${index}`);
    for (let round = 0; round < 5; round++) {
      await queue().send(ids.map((id) => ({ kind: "delivery", id })));
    }
    const count = sql`SELECT COUNT(*) AS messages FROM messages`;
    await vi.waitFor(
      async () => expect(await database.first(count)).toEqual({ messages: 20 }),
      PATIENCE,
    );
    await stop(poller);
  });
});
