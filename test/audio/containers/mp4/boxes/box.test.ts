import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { byteSource } from "../../../../../src/audio/bytes/source.ts";
import {
  findBox,
  readBoxHeader,
  walkBoxes,
} from "../../../../../src/audio/containers/mp4/boxes/box.ts";
import { joined, text } from "../../../../../support/clips/bytes.ts";
import { box, boxOfSize, largeBox } from "../../../../../support/clips/make-mp4.ts";

describe("boxes", () => {
  const boxes = fc.array(
    fc.record({
      type: fc.constantFrom("moov", "free", "\xa9nam"),
      body: fc.uint8Array(),
      isLarge: fc.boolean(),
    }),
  );

  test("are walked as they were written, with sizes of four bytes or eight", () => {
    fc.assert(
      fc.property(boxes, (written) => {
        const parent = joined(
          ...written.map(({ type, body, isLarge }) => (isLarge ? largeBox : box)(type, body)),
        );
        expect([...walkBoxes(parent)]).toEqual(written.map(({ type, body }) => ({ type, body })));
      }),
    );
  });

  test("of size zero go on to the end", () => {
    const parent = joined(box("free"), boxOfSize("mdat", 0, [1, 2, 3]));
    expect(findBox(parent, "mdat")).toEqual(Uint8Array.of(1, 2, 3));
  });

  test("never reach beyond their parent", () => {
    expect(findBox(boxOfSize("mdat", 5_000, [1, 2]), "mdat")).toEqual(Uint8Array.of(1, 2));
  });

  test("that are not there are not found", () => {
    expect(findBox(box("free"), "mdat")).toBeNull();
  });

  test("of any bytes come to an end", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (parent) => {
        const bytes = [...walkBoxes(parent)].reduce((sum, { body }) => sum + 8 + body.length, 0);
        expect(bytes).toBeLessThanOrEqual(parent.length);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("a box's header in a file", () => {
  test("is taken, so that its own bytes come next", async () => {
    const source = byteSource([joined(largeBox("mdat", [7]))]);
    expect(await readBoxHeader(source)).toEqual({ type: "mdat", headerBytes: 16, bytes: 1 });
    expect(await source.read(9)).toEqual(Uint8Array.of(7));
    expect(await readBoxHeader(source)).toBeNull();
  });

  test.each([
    ["clip-truncated", boxOfSize("mdat", 1)],
    ["clip-truncated", text("moo")],
    ["clip-damaged", joined(boxOfSize("mdat", 7), new Uint8Array(8))],
    ["clip-damaged", joined(boxOfSize("mdat", 1), new Uint8Array(8))],
  ])("is refused as %s if it is %o", async (slug, bytes) => {
    await expect(readBoxHeader(byteSource([bytes]))).rejects.toMatchObject({ slug });
  });
});
