import { expect, test } from "vitest";
import { streamParts } from "../../../src/http/answer/stream.ts";

function* countedParts(seen: { made: number; ended: boolean }): Generator<Uint8Array> {
  try {
    for (;;) yield new Uint8Array([seen.made++]);
  } finally {
    seen.ended = true;
  }
}

test("a stream gives the parts in order and ends with them", async () => {
  const parts = [new Uint8Array([1, 2]), new Uint8Array([3])];
  const body = await new Response(streamParts(parts)).arrayBuffer();
  expect(new Uint8Array(body)).toEqual(new Uint8Array([1, 2, 3]));
});

test("parts are made as the client reads them, and no more once it leaves", async () => {
  const seen = { made: 0, ended: false };
  const reader = streamParts(countedParts(seen)).getReader();
  await reader.read();
  await reader.read();
  await reader.cancel();
  expect(seen.made).toBeLessThanOrEqual(3);
  expect(seen.ended).toBe(true);
});
