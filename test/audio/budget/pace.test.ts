import { describe, expect, test } from "vitest";
import type { AudioBlock } from "../../../src/audio/block.ts";
import { createPace, paced } from "../../../src/audio/budget/pace.ts";

/** Endless blocks of a second at 48 kHz, and what has become of their decoder. */
function decoder() {
  const seen = { decoded: 0, freed: false };
  const blocks = async function* (): AsyncGenerator<AudioBlock> {
    try {
      for (;;) {
        seen.decoded++;
        yield { channels: [new Float32Array(48_000)] };
      }
    } finally {
      seen.freed = true;
    }
  };
  return { blocks: blocks(), seen };
}

describe("a decoder that is read no further is told, so that it frees what it holds", () => {
  test("if its reader stops", async () => {
    const { blocks, seen } = decoder();
    for await (const _ of paced(blocks, createPace())) break;
    expect(seen).toEqual({ decoded: 1, freed: true });
  });

  test("if its reader throws", async () => {
    const { blocks, seen } = decoder();
    const reading = async () => {
      for await (const _ of paced(blocks, createPace())) throw new RangeError("too long");
    };
    await expect(reading()).rejects.toThrow("too long");
    expect(seen.freed).toBe(true);
  });

  test("if the client goes away", async () => {
    const { blocks, seen } = decoder();
    const client = new AbortController();
    const reading = async () => {
      for await (const _ of paced(blocks, createPace(client.signal)))
        if (seen.decoded === 3) client.abort();
    };
    await expect(reading()).rejects.toMatchObject({ slug: "request-aborted" });
    expect(seen).toEqual({ decoded: 4, freed: true });
  });
});

test("other work is let in while a long clip is decoded", async () => {
  const { blocks, seen } = decoder();
  let timers = 0;
  const timer = setInterval(() => timers++);
  for await (const _ of paced(blocks, createPace()))
    if (seen.decoded === 100_000 || timers > 0) break;
  clearInterval(timer);
  expect(timers).toBeGreaterThan(0);
  expect(seen.decoded).toBeLessThan(100_000);
});

describe("a slice ends", () => {
  test("after 8 ms where the clock advances", async () => {
    let nowMs = 0;
    const pace = createPace(undefined, undefined, () => nowMs);
    expect(pace.spend(100)).toBeUndefined();
    nowMs = 7;
    expect(pace.spend(100)).toBeUndefined();
    nowMs = 8;
    expect(pace.spend(100)).toBeInstanceOf(Promise);
  });

  test("after so much work where it stands still", async () => {
    const pace = createPace(undefined, undefined, () => 0);
    let work = 0;
    for (; pace.spend(100) === undefined; work += 100);
    expect(work).toBeGreaterThan(1_000);
    expect(work).toBeLessThan(10_000);
  });

  test("without a word of what other things took while it waited", async () => {
    let nowMs = 0;
    const pace = createPace(undefined, undefined, () => nowMs);
    const second = Promise.resolve().then(() => {
      nowMs = 1_000;
    });
    await pace.wait(second);
    expect(pace.spend(100)).toBeUndefined();
  });
});
