import { Context } from "hono";
import { beforeEach, expect, test } from "vitest";
import { streamParts } from "../../../src/http/answer/stream.ts";
import type { AppEnv } from "../../../src/http/context.ts";
import { createLedger, type LedgerEntry } from "../../../src/ledger.ts";

let memory: LedgerEntry;
let client: AbortController;
beforeEach(() => {
  memory = createLedger(100).open("results");
  memory.hold(10);
  client = new AbortController();
});

const contextOfClient = () =>
  new Context<AppEnv>(new Request("http://localhost/", { signal: client.signal }));

const stream = (parts: Iterable<Uint8Array>) => streamParts(contextOfClient(), parts, memory);

function* countedParts(seen: { made: number; ended: boolean }): Generator<Uint8Array> {
  try {
    for (;;) yield new Uint8Array([seen.made++]);
  } finally {
    seen.ended = true;
  }
}

test("a stream gives the parts in order and ends with them", async () => {
  const parts = [new Uint8Array([1, 2]), new Uint8Array([3])];
  const body = await new Response(stream(parts)).arrayBuffer();
  expect(new Uint8Array(body)).toEqual(new Uint8Array([1, 2, 3]));
  expect(memory.bytes).toBe(0);
});

test("parts are made as the client reads them, and no more once it leaves", async () => {
  const seen = { made: 0, ended: false };
  const reader = stream(countedParts(seen)).getReader();
  await reader.read();
  await reader.read();
  expect(memory.bytes).toBe(10);
  await reader.cancel();
  expect(memory.bytes).toBe(0);
  expect(seen.made).toBeLessThanOrEqual(3);
  expect(seen.ended).toBe(true);
});

test("memory is given back of an answer that nobody reads, and of one that cannot be made", async () => {
  stream([new Uint8Array([1])]);
  client.abort();
  expect(memory.bytes).toBe(0);
  memory.hold(10);
  const failing = {
    [Symbol.iterator]: () => ({
      next: () => {
        throw new Error("no part");
      },
    }),
  };
  await expect(new Response(stream(failing)).arrayBuffer()).rejects.toThrow("no part");
  expect(memory.bytes).toBe(0);
});
