import { expect, test } from "vitest";
import { timedArrival } from "../../../src/audio/bytes/arrival.ts";

test("the wait for pieces is added up, what is done with them is not", async () => {
  let nowMs = 0;
  const pieces = async function* () {
    for (const waitMs of [5, 20]) {
      nowMs += waitMs;
      yield Uint8Array.of(waitMs);
    }
  };
  const arrival = timedArrival(pieces(), () => nowMs);
  const received: number[] = [];
  for await (const [byte = 0] of arrival.pieces) {
    received.push(byte);
    nowMs += 1000;
  }
  expect(received).toEqual([5, 20]);
  expect(arrival.waitedMs()).toBe(25);
});
