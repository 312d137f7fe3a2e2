import { expect, it } from "vitest";
import { createMemory } from "../src/remember.ts";

function memoryOf(limits: { forMs?: number; most?: number } = {}) {
  const clock = { nowMs: 1000 };
  const now = () => clock.nowMs;
  return { clock, memory: createMemory<string>({ forMs: 100, most: 2, now, ...limits }) };
}

it("remembers a value for as long as it was told, and reads it again after that", async () => {
  const { clock, memory } = memoryOf();
  let reads = 0;
  const read = async () => `value ${++reads}`;
  expect(await memory.recall("a", read)).toBe("value 1");
  clock.nowMs += 99;
  expect(await memory.recall("a", read)).toBe("value 1");
  clock.nowMs += 1;
  expect(await memory.recall("a", read)).toBe("value 2");
});

it("remembers neither that there is nothing nor that reading failed", async () => {
  const { memory } = memoryOf();
  expect(await memory.recall("a", async () => null)).toBeNull();
  await expect(memory.recall("a", () => Promise.reject(new Error("out")))).rejects.toThrow("out");
  expect(await memory.recall("a", async () => "there")).toBe("there");
});

it("forgets the oldest when it is full, and what it is told to", () => {
  const { memory } = memoryOf();
  for (const key of ["a", "b", "a", "c"]) memory.set(key, key);
  expect(["a", "b", "c"].map(memory.get)).toEqual(["a", undefined, "c"]);
  memory.forget("a");
  expect(memory.get("a")).toBeUndefined();
});

it("remembers nothing where it may not", () => {
  const { memory } = memoryOf({ forMs: 0 });
  memory.set("a", "a");
  expect(memory.get("a")).toBeUndefined();
});
