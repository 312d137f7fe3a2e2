import { expect, it } from "vitest";
import { createTurns } from "../../../src/audio/budget/turns.ts";

/** Clips that work in slices of a given time, and in what order they do. */
async function orderOf(
  clips: Readonly<Record<string, readonly [sliceMs: number, slices: number]>>,
) {
  let nowMs = 0;
  const order: string[] = [];
  const giveWay = createTurns(() => nowMs);
  const work = async (name: string, sliceMs: number, slices: number) => {
    for (let slice = 0; slice < slices; slice++) {
      await giveWay(slice * sliceMs);
      order.push(name);
      nowMs += sliceMs;
    }
  };
  await Promise.all(Object.entries(clips).map(([name, [ms, slices]]) => work(name, ms, slices)));
  return order;
}

it("lets short clips pass long ones", async () => {
  const order = await orderOf({ long: [100, 20], short: [1, 3] });
  expect(order.lastIndexOf("short")).toBeLessThan(5);
});

it("lets a long clip go on while others begin", async () => {
  const order = await orderOf({
    long: [8, 4],
    ...Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`short ${index}`, [8, 1] as const]),
    ),
  });
  expect(order.filter((name) => name === "long")).toHaveLength(4);
  expect(order).toHaveLength(44);
});

it("gives turns in order of arrival to clips that have worked alike", async () => {
  expect(await orderOf({ a: [8, 2], b: [8, 2], c: [8, 2] })).toEqual([
    "a",
    "b",
    "c",
    "a",
    "b",
    "c",
  ]);
});
