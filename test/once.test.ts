import { expect, it } from "vitest";
import { joinWork, once } from "../src/once.ts";

/** Work that is settled by hand. */
function heldWork() {
  const begun: { resolve(value: string): void; reject(error: Error): void }[] = [];
  const make = () => new Promise<string>((resolve, reject) => begun.push({ resolve, reject }));
  return { begun, make };
}

it("is done once for all who ask while it runs, and once it is done", async () => {
  const { begun, make } = heldWork();
  const work = once(make);
  const asked = [work(), work()];
  begun[0]?.resolve("done");
  expect(await Promise.all([...asked, work()])).toEqual(["done", "done", "done"]);
  expect(begun).toHaveLength(1);
});

it("is done again by those who joined work that failed, once for all of them", async () => {
  const { begun, make } = heldWork();
  const work = once(make);
  const [first, ...joined] = [work(), work(), work()];
  begun[0]?.reject(new Error("the request that made this promise has ended"));
  await expect(first).rejects.toThrow("has ended");
  expect(begun).toHaveLength(2);
  begun[1]?.resolve("done");
  expect(await Promise.all(joined)).toEqual(["done", "done"]);
});

it("forgets a failure that nobody else waited for", async () => {
  const running = new Map<string, Promise<string>>();
  await expect(joinWork(running, "a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await joinWork(running, "a", async () => "yes")).toBe("yes");
  expect([...running.keys()]).toEqual(["a"]);
});

it("is done again once it was forgotten, whoever waits for it still", async () => {
  const { begun, make } = heldWork();
  const work = once(make);
  const first = work();
  expect(work.forget()).toBe(first);
  expect(work.forget()).toBeUndefined();
  const second = work();
  begun[1]?.resolve("second");
  begun[0]?.resolve("first");
  expect(await Promise.all([first, second, work()])).toEqual(["first", "second", "second"]);
});
