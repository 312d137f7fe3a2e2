import fc from "fast-check";
import { expect, test } from "vitest";
import { joinInSlices } from "../../../../src/http/request/body/join.ts";
import { inPieces, pieceSizes } from "../../../../support/decoding/decode-all.ts";

test("joins pieces of any sizes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), pieceSizes, async (bytes, sizes) => {
      expect(await joinInSlices([...inPieces(bytes, sizes)])).toEqual(bytes);
    }),
  );
});

test("lets other work in while it joins a large body", async () => {
  const pieces = Array.from({ length: 128 }, () => new Uint8Array(65_536));
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    if (isOver) return;
    turns++;
    setImmediate(count);
  };
  setImmediate(count);
  const { length } = await joinInSlices(pieces);
  isOver = true;
  expect(length).toBe(8 * 1024 * 1024);
  expect(turns).toBeGreaterThanOrEqual(7);
});
