import { describe, expect, it } from "vitest";
import { createSemaphore } from "../../../src/model/engine/semaphore.ts";

/** Lets everything that can go on go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("a semaphore", () => {
  it("lets a fixed number run at once, and then one more for each that ends", async () => {
    const semaphore = createSemaphore(2, 5);
    const given: string[] = [];
    const ends = new Map<string, () => void>();
    for (const name of ["a", "b", "c", "d"]) {
      void semaphore.take(undefined).then((end) => {
        given.push(name);
        ends.set(name, end);
      });
    }
    await settle();
    expect(given).toEqual(["a", "b"]);
    ends.get("b")?.();
    await settle();
    expect(given).toEqual(["a", "b", "c"]);
    ends.get("a")?.();
    ends.get("c")?.();
    await settle();
    expect(given).toEqual(["a", "b", "c", "d"]);
  });

  it("refuses whoever would wait behind too many, and says how many compute", async () => {
    const semaphore = createSemaphore(3, 1);
    const taken = await Promise.all([1, 2, 3].map(() => semaphore.take(undefined)));
    const waiting = semaphore.take(undefined);
    await expect(semaphore.take(undefined)).rejects.toMatchObject({
      slug: "queue-full",
      message: expect.stringMatching(/^3 clips are under way and 1 wait already/),
    });
    taken[0]();
    (await waiting)();
  });
});
