import fc from "fast-check";
import { expect, test } from "vitest";
import { joinBytes } from "../../../../src/bytes.ts";
import { growingBytes } from "../../../../src/http/request/body/growing-bytes.ts";

const pieces = fc.array(fc.uint8Array({ maxLength: 100_000 }), { maxLength: 12 });

test("bytes are kept in their order, however they came", () => {
  fc.assert(
    fc.property(pieces, (pieces) => {
      const kept = growingBytes();
      for (const piece of pieces) kept.append(piece);
      expect(Buffer.from(joinBytes(kept.blocks()))).toEqual(Buffer.concat(pieces));
    }),
    { numRuns: 50 },
  );
});

test("a byte of a large buffer does not hold the buffer, and a hundred thousand hold few blocks", () => {
  const kept = growingBytes();
  for (let index = 0; index < 100_000; index++) kept.append(new Uint8Array(65_536).subarray(0, 1));
  const buffers = new Set(kept.blocks().map(({ buffer }) => buffer));
  const heldBytes = [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(heldBytes).toBeLessThan(100_000 + 65_536);
  expect(buffers.size).toBeLessThan(12);
});

test("a byte takes a kilobyte", () => {
  const kept = growingBytes();
  kept.append(Uint8Array.of(7));
  expect(kept.blocks()).toEqual([Uint8Array.of(7)]);
  expect(kept.blocks()[0]?.buffer.byteLength).toBe(1024);
});
