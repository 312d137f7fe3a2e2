import { setTimeout as pause } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Cases, tryCases } from "./target.ts";

const numbers: Omit<Cases<number>, "check"> = {
  target: "numbers",
  arbitrary: fc.nat({ max: 1_000 }),
  write: (given) => ({ history: String(given), body: null }),
};

test("a case that goes wrong is shrunk and written down with its seed", async () => {
  const check = async (given: number) => (given < 100 ? null : "it is too large");
  const { finding } = await tryCases({ ...numbers, check }, { seed: 1, limitMs: 60_000 });
  expect(finding).toEqual({
    target: "numbers",
    seed: 1,
    wrong: "it is too large",
    case: { history: "100", body: null },
  });
});

test("the case at which the time ends is waited for, and judged", async () => {
  let under = 0;
  const check = async () => {
    under++;
    await pause(300);
    under--;
    return "it is slow";
  };
  const { cases, finding } = await tryCases({ ...numbers, check }, { seed: 1, limitMs: 50 });
  expect({ under, cases, wrong: finding?.wrong }).toEqual({
    under: 0,
    cases: 1,
    wrong: "it is slow",
  });
});

test("cases that are right find nothing", async () => {
  const check = async () => null;
  expect(await tryCases({ ...numbers, check }, { seed: 1, limitMs: 60_000 })).toEqual({
    cases: 200,
    finding: null,
  });
});
