import { describe, expect, test } from "vitest";
import { byteSource } from "../../../../src/audio/bytes/source.ts";
import { decodeMatroska } from "../../../../src/audio/containers/matroska/decode.ts";
import * as ids from "../../../../src/audio/containers/matroska/ids.ts";
import { int16s, joined, text } from "../../../../support/clips/bytes.ts";
import {
  block,
  ebmlHeader,
  element,
  elementOfSize,
  makeMatroska,
  openElement,
  trackEntry,
} from "../../../../support/clips/make-matroska.ts";
import {
  decodeAll,
  refusalOfDecoding,
  silentContext,
} from "../../../../support/decoding/decode-all.ts";

const FULL_SCALE = 2 ** 15;
const decoder = decodeMatroska;
const simple = (...samples: number[]) => element(ids.SIMPLE_BLOCK, block(int16s(samples)));

describe("damage", () => {
  const whole = makeMatroska([trackEntry()], [simple(1, 2), simple(3, 4), simple(5, 6)]);

  test("a file cut anywhere gives what comes before the cut, or says that it was cut", async () => {
    for (let end = 1; end < whole.length; end++) {
      const cut = whole.subarray(0, end);
      const decoded = await decodeAll(cut, { decoder }).catch((error) => error);
      if (decoded instanceof Error) {
        expect(decoded).toMatchObject({ slug: "clip-truncated" });
      } else {
        const samples = Array.from(decoded.channels[0], (sample: number) => sample * FULL_SCALE);
        expect([1, 2, 3, 4, 5, 6].slice(0, samples.length)).toEqual(samples);
        expect(decoded.damaged).toBe(true);
      }
    }
  });

  test("what comes before damage is heard", async () => {
    const nonsense = element(ids.SIMPLE_BLOCK, block(joined([9, 0xff, 0xff]), { flags: 0x82 }));
    const file = makeMatroska([trackEntry()], [simple(1, 2), nonsense, simple(3)]);
    const { channels, damaged } = await decodeAll(file, { decoder });
    expect(channels[0]).toHaveLength(2);
    expect(damaged).toBe(true);
  });

  test("a second file behind the first is not lost in silence", async () => {
    const live = joined(
      ebmlHeader(),
      openElement(ids.SEGMENT, element(ids.TRACKS, trackEntry()), simple(1)),
    );
    expect((await decodeAll(joined(live, live), { decoder })).damaged).toBe(true);
  });

  test.each([
    ["no tracks", [element(ids.CLUSTER, simple(1))]],
    ["tracks larger than any", [elementOfSize(ids.TRACKS, 2 ** 40)]],
    ["no sound in its track", [element(ids.TRACKS, trackEntry())]],
    [
      "a block group without an end",
      [element(ids.TRACKS, trackEntry()), openElement(ids.BLOCK_GROUP)],
    ],
  ])("%s: nothing is decoded", async (_, elements) => {
    const file = joined(ebmlHeader(), element(ids.SEGMENT, ...elements));
    expect(await refusalOfDecoding(file, { decoder })).toMatchObject({ slug: "clip-damaged" });
  });

  test("bytes that are no EBML are damaged", async () => {
    const refusal = await refusalOfDecoding(text("no EBML, but long enough"), { decoder });
    expect(refusal).toMatchObject({ slug: "clip-damaged" });
  });
});

describe("memory", () => {
  const MEGABYTE = 2 ** 20;

  /** A file whose bytes are made as they are asked for, and how many were. */
  function endless(head: Uint8Array, filler: Uint8Array) {
    let pulledBytes = head.length;
    const pieces = (async function* () {
      yield head;
      for (;;) {
        pulledBytes += filler.length;
        yield filler;
      }
    })();
    return { source: byteSource(pieces), pulledBytes: () => pulledBytes };
  }

  const context = silentContext();
  const head = joined(
    ebmlHeader(),
    openElement(ids.SEGMENT, element(ids.TRACKS, trackEntry())),
    openElement(ids.CLUSTER, simple(1)),
  );

  test("a block that claims terabytes is refused before they are read", async () => {
    const { source, pulledBytes } = endless(
      joined(head, elementOfSize(ids.SIMPLE_BLOCK, 2 ** 42, block(int16s([1])))),
      new Uint8Array(MEGABYTE),
    );
    const blocks = await Array.fromAsync(decodeMatroska(source, context));
    expect(blocks).toHaveLength(1);
    expect(pulledBytes()).toBeLessThan(2 * MEGABYTE);
  });

  test("samples come out as they come in, and no sooner than they are asked for", async () => {
    const { source, pulledBytes } = endless(head, simple(...new Array(32_768).fill(1)));
    const decoding = decodeMatroska(source, context);
    for (let count = 0; count < 20; count++) await decoding.next();
    expect(pulledBytes()).toBeLessThan(20 * 66_000);
    await decoding.return(undefined);
  });
});
