import { describe, expect, test } from "vitest";
import type { AudioBlock } from "../../src/audio/decoder.ts";
import { paced } from "../../src/audio/pace.ts";

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
    for await (const _ of paced(blocks)) break;
    expect(seen).toEqual({ decoded: 1, freed: true });
  });

  test("if its reader throws", async () => {
    const { blocks, seen } = decoder();
    const reading = async () => {
      for await (const _ of paced(blocks)) throw new RangeError("too long");
    };
    await expect(reading()).rejects.toThrow("too long");
    expect(seen.freed).toBe(true);
  });

  test("if the client goes away", async () => {
    const { blocks, seen } = decoder();
    const client = new AbortController();
    const reading = async () => {
      for await (const _ of paced(blocks, client.signal)) if (seen.decoded === 3) client.abort();
    };
    await expect(reading()).rejects.toMatchObject({ slug: "request-aborted" });
    expect(seen).toEqual({ decoded: 4, freed: true });
  });
});

test("other work is let in while a long clip is decoded", async () => {
  const { blocks, seen } = decoder();
  let timers = 0;
  const timer = setInterval(() => timers++);
  for await (const _ of paced(blocks)) if (seen.decoded === 60 || timers > 0) break;
  clearInterval(timer);
  expect(timers).toBeGreaterThan(0);
  expect(seen.decoded).toBeLessThan(60);
});
