import { describe, expect, it } from "vitest";
import { createTurns } from "../../../src/model/engine/turns.ts";

/** Lets everything that can go on go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("turns", () => {
  it("are given so many at once, and then one for each that ends", async () => {
    const turns = createTurns(2, 5);
    const given: string[] = [];
    const ends = new Map<string, () => void>();
    for (const name of ["a", "b", "c", "d"]) {
      void turns.take(undefined).then((end) => {
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

  it("are refused to who would wait behind too many, in words that say how many compute", async () => {
    const turns = createTurns(3, 1);
    const taken = await Promise.all([1, 2, 3].map(() => turns.take(undefined)));
    const waiting = turns.take(undefined);
    await expect(turns.take(undefined)).rejects.toMatchObject({
      slug: "overloaded",
      message: expect.stringMatching(/^3 clips are being computed and 1 wait already/),
    });
    taken[0]();
    (await waiting)();
  });
});
