import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sql } from "../../src/database/database.ts";
import { openSqliteDatabase, type SqliteDatabase } from "../../src/database/sqlite.ts";
import type { Message, Outcome } from "../../src/queue/messages.ts";
import { type Consumer, sqliteQueue } from "../../src/queue/sqlite.ts";
import { consumeNext } from "../support/jobs/consume-next.ts";

const MIGRATIONS = new URL("../../migrations", import.meta.url).pathname;
const RULES = { leaseMs: 1000, maxTries: 3 };
const job = (id: string): Message => ({ kind: "job", id });

let database: SqliteDatabase;
let nowMs: number;
beforeEach(() => {
  database = openSqliteDatabase(":memory:", MIGRATIONS);
  nowMs = 1_000_000;
});
afterEach(() => database.close());

const parts = () => ({ database, now: () => nowMs });
const queue = () => sqliteQueue(parts());

/** A consumer that notes what it gets and answers with `outcome`. */
function noting(outcome: () => Promise<Outcome> = async () => ({ kind: "done" })) {
  const got: string[] = [];
  const consumer: Consumer = {
    consume(message) {
      got.push(message.id);
      return outcome();
    },
    async bury(message) {
      got.push(`dead ${message.id}`);
      return { kind: "done" };
    },
  };
  return { got, consumer };
}

const consume = (consumer: Consumer) => consumeNext(parts(), "work", RULES, consumer);
const left = async () => (await database.all(sql`SELECT id FROM messages`)).length;

describe("messages in SQLite", () => {
  it("come in the order in which they were sent, and are gone once they are done", async () => {
    await queue().send([job("a"), job("b")]);
    await queue().send([job("c")]);
    const { got, consumer } = noting();
    while (await consume(consumer));
    expect(got).toEqual(["a", "b", "c"]);
    expect(await left()).toBe(0);
  });

  it("come to the queue of their kind", async () => {
    await queue().send([job("a"), { kind: "delivery", id: "d" }, { kind: "batch", id: "b" }]);
    const { got, consumer } = noting();
    expect(await consumeNext(parts(), "deliveries", RULES, consumer)).toBe(true);
    expect(await consumeNext(parts(), "deliveries", RULES, consumer)).toBe(false);
    expect(got).toEqual(["d"]);
    while (await consume(consumer));
    expect(got).toEqual(["d", "a", "b"]);
  });

  it("come no earlier than they should", async () => {
    await queue().send([job("a")], { delaySeconds: 5 });
    const { got, consumer } = noting();
    nowMs += 4999;
    expect(await consume(consumer)).toBe(false);
    nowMs += 1;
    expect(await consume(consumer)).toBe(true);
    expect(got).toEqual(["a"]);
  });

  it("come to one consumer at a time", async () => {
    await queue().send(Array.from({ length: 20 }, (_, index) => job(String(index))));
    const { got, consumer } = noting();
    await Promise.all(Array.from({ length: 30 }, () => consume(consumer)));
    expect(got.toSorted()).toEqual(Array.from({ length: 20 }, (_, i) => String(i)).toSorted());
  });

  it("come again if their consumer died, once its lease is over", async () => {
    await queue().send([job("a")]);
    const { got, consumer } = noting(() => new Promise(() => {}));
    void consume(consumer);
    await new Promise((resolve) => setImmediate(resolve));
    nowMs += 999;
    expect(await consume(noting().consumer)).toBe(false);
    nowMs += 1;
    const second = noting();
    expect(await consume(second.consumer)).toBe(true);
    expect([got, second.got]).toEqual([["a"], ["a"]]);
  });

  it("are not taken away by a consumer that comes back after its lease", async () => {
    await queue().send([job("a")]);
    let finish: (outcome: Outcome) => void = () => {};
    const slow = noting(() => new Promise((resolve) => (finish = resolve)));
    const late = consume(slow.consumer);
    await new Promise((resolve) => setImmediate(resolve));
    nowMs += 1000;
    await consume(noting(async () => ({ kind: "retry", delaySeconds: 7 })).consumer);
    finish({ kind: "done" });
    await late;
    expect(await left()).toBe(1);
  });

  it.each([
    ["asks for another try", async (): Promise<Outcome> => ({ kind: "retry", delaySeconds: 2 })],
    ["throws", () => Promise.reject(new Error("fault"))],
  ])("are buried after their tries if the consumer %s", async (_what, outcome) => {
    await queue().send([job("a")]);
    const { got, consumer } = noting(outcome);
    for (let time = 0; time < 5; time++) {
      await consume(consumer);
      nowMs += 2000;
    }
    expect(got).toEqual(["a", "a", "a", "dead a"]);
    expect(await left()).toBe(0);
  });
});
