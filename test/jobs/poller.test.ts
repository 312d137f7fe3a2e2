import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { sql } from "../../src/database/database.ts";
import { openSqliteDatabase, type SqliteDatabase } from "../../src/database/sqlite.ts";
import { type PollerParts, startPoller } from "../../src/jobs/poller.ts";
import type { Message } from "../../src/queue/messages.ts";
import { sqliteQueue } from "../../src/queue/sqlite.ts";

const MIGRATIONS = new URL("../../migrations", import.meta.url).pathname;

/** Other tests may be busy on the same machine. */
const PATIENCE = { timeout: 20_000 };

let database: SqliteDatabase;
beforeEach(() => {
  database = openSqliteDatabase(":memory:", MIGRATIONS);
});
afterEach(() => database.close());

function partsWith(consume: (message: Message) => Promise<void>): PollerParts {
  return {
    database,
    now: Date.now,
    rules: { leaseMs: 60_000, maxTries: 3 },
    consumer: {
      async consume(message) {
        await consume(message);
        return { kind: "done" };
      },
      bury: async () => ({ kind: "done" }),
    },
    concurrency: { work: 2, deliveries: 1 },
    sweep: async () => {},
    reportError: () => {},
  };
}

it("works on both queues, on as many messages at once as it may", async () => {
  const queue = sqliteQueue({ database, now: Date.now });
  await queue.send([1, 2, 3, 4].map((id) => ({ kind: "job", id: `job-${id}` })));
  await queue.send([{ kind: "delivery", id: "delivery" }]);
  const running = new Set<string>();
  const done: string[] = [];
  let most = 0;
  const poller = startPoller(
    partsWith(async ({ id }) => {
      running.add(id);
      most = Math.max(most, [...running].filter((name) => name.startsWith("job")).length);
      await new Promise((resolve) => setTimeout(resolve, 30));
      running.delete(id);
      done.push(id);
    }),
  );
  await vi.waitFor(() => expect(done).toHaveLength(5), PATIENCE);
  await poller.stop();
  expect(most).toBe(2);
});

it("finishes what it has begun before it stops, and begins nothing more", async () => {
  const queue = sqliteQueue({ database, now: Date.now });
  await queue.send([{ kind: "job", id: "first" }]);
  const done: string[] = [];
  const began = Promise.withResolvers<void>();
  const poller = startPoller(
    partsWith(async ({ id }) => {
      began.resolve();
      await new Promise((resolve) => setTimeout(resolve, 50));
      done.push(id);
    }),
  );
  await began.promise;
  const stopped = poller.stop();
  await queue.send([{ kind: "job", id: "second" }]);
  await stopped;
  expect(done).toEqual(["first"]);
});

it("has what is still under way at the deadline given back", async () => {
  const queue = sqliteQueue({ database, now: Date.now });
  await queue.send([{ kind: "job", id: "endless" }]);
  const began = Promise.withResolvers<void>();
  const parts = partsWith(async () => {});
  const poller = startPoller({
    ...parts,
    consumer: {
      ...parts.consumer,
      async consume(_message, stopping) {
        began.resolve();
        await new Promise((resolve) => stopping?.addEventListener("abort", resolve));
        return { kind: "retry", delaySeconds: 0 };
      },
    },
  });
  await began.promise;
  const deadline = new AbortController();
  const stopped = poller.stop(deadline.signal);
  deadline.abort();
  await stopped;
  expect(await database.all(sql`SELECT lease_token FROM messages`)).toEqual([
    { lease_token: null },
  ]);
});

it("goes on with others while some are slow, up to as many as it may", async () => {
  const queue = sqliteQueue({ database, now: Date.now });
  const slow = Promise.withResolvers<void>();
  const begun: string[] = [];
  const poller = startPoller({
    ...partsWith(async ({ id }) => {
      begun.push(id);
      if (id.startsWith("slow")) await slow.promise;
    }),
    concurrency: { work: 0, deliveries: 3 },
  });
  await queue.send([{ kind: "job", id: "not this process's" }]);
  await queue.send(["slow 1", "slow 2", "quick"].map((id) => ({ kind: "delivery", id })));
  await vi.waitFor(() => expect(begun).toEqual(["slow 1", "slow 2", "quick"]), PATIENCE);
  await queue.send(["slow 3", "after"].map((id) => ({ kind: "delivery", id })));
  await vi.waitFor(() => expect(begun).toHaveLength(4), PATIENCE);
  expect(begun.at(-1)).toBe("slow 3");
  slow.resolve();
  await vi.waitFor(() => expect(begun.at(-1)).toBe("after"), PATIENCE);
  await poller.stop();
});

it("sweeps first, and goes on after an error", async () => {
  const errors: unknown[] = [];
  let sweeps = 0;
  const poller = startPoller({
    ...partsWith(async () => {}),
    async sweep() {
      sweeps++;
      if (sweeps === 1) throw new Error("the database is busy");
    },
    reportError: (error) => errors.push(error),
  });
  await vi.waitFor(() => expect(sweeps).toBe(2), PATIENCE);
  await poller.stop();
  expect(errors).toEqual([new Error("the database is busy")]);
});
