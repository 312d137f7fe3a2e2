import { beforeEach, describe, expect, it } from "vitest";
import type { WeightResidency } from "../../../src/model/engine/memory/residency.ts";
import { type ComputationQueue, computationQueue } from "../../../src/model/engine/queue.ts";
import { residencyOf } from "../../support/model/segments-of.ts";

let queue: ComputationQueue;
let residency: WeightResidency;
beforeEach(() => {
  queue = computationQueue(2);
  residency = residencyOf([10]).residency;
});

/** A computation that ends when told. */
function computation() {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let hasStarted = false;
  return {
    work: () => {
      hasStarted = true;
      return promise;
    },
    hasStarted: () => hasStarted,
    finish: resolve,
    fail: reject,
  };
}

/** Lets everything that can go on go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("a queue of computations", () => {
  it("runs one at a time, in order of arrival", async () => {
    const order: string[] = [];
    let running = 0;
    const work = (name: string) => async () => {
      expect(++running).toBe(1);
      await settle();
      order.push(name);
      running--;
    };
    await Promise.all(["a", "b", "c"].map((name) => queue.run(residency, undefined, work(name))));
    expect(order).toEqual(["a", "b", "c"]);
  });

  it("gives each caller its own result", async () => {
    const results = [1, 2, 3].map((value) => queue.run(residency, undefined, async () => value));
    expect(await Promise.all(results)).toEqual([1, 2, 3]);
  });

  it("refuses who would have to wait behind too many, and says for how long", async () => {
    const first = computation();
    const accepted = [first, computation(), computation()].map((each) => {
      each !== first && each.finish();
      return queue.run(residency, undefined, each.work);
    });
    await expect(queue.run(residency, undefined, async () => {})).rejects.toMatchObject({
      slug: "queue-full",
      extensions: { retryAfterSeconds: expect.any(Number) },
    });
    first.finish();
    await Promise.all(accepted);
    expect(await queue.run(residency, undefined, async () => "room again")).toBe("room again");
  });

  it("goes on after a computation that failed", async () => {
    const failing = computation();
    const failed = queue.run(residency, undefined, failing.work);
    const next = queue.run(residency, undefined, async () => "next");
    failing.fail(new Error("broken"));
    await expect(failed).rejects.toThrow("broken");
    expect(await next).toBe("next");
  });

  it("lets a waiting client that goes away leave its place to another", async () => {
    const first = computation();
    const running = queue.run(residency, undefined, first.work);
    const leaving = new AbortController();
    const left = computation();
    const refused = queue.run(residency, leaving.signal, left.work);
    const stayed = computation();
    const waiting = queue.run(residency, undefined, stayed.work);
    leaving.abort();
    await expect(refused).rejects.toMatchObject({ slug: "request-aborted" });
    const another = queue.run(residency, undefined, async () => "another");

    first.finish();
    await running;
    await settle();
    expect(stayed.hasStarted()).toBe(true);
    stayed.finish();
    await waiting;
    expect(await another).toBe("another");
    expect(left.hasStarted()).toBe(false);
  });

  it("starts nothing for a client that has gone away before", async () => {
    const { work, hasStarted } = computation();
    await expect(queue.run(residency, AbortSignal.abort(), work)).rejects.toMatchObject({
      slug: "request-aborted",
    });
    expect(hasStarted()).toBe(false);
  });

  it("drops the weights of another model before it computes, and not those of the same", async () => {
    const hold = async () => {
      residency.allow(10);
      await residency.use("0", async () => {});
    };
    await queue.run(residency, undefined, hold);
    expect(residency.heldBytes()).toBe(10);
    await queue.run(residency, undefined, async () => expect(residency.heldBytes()).toBe(10));
    const other = residencyOf([10]).residency;
    await queue.run(other, undefined, async () => expect(residency.heldBytes()).toBe(0));
  });
});
