import fc from "fast-check";
import { expect, test } from "vitest";
import { indexOfBytes } from "../../../../src/http/request/form/index-of-bytes.ts";

const few = fc.integer({ min: 0, max: 2 });

test("bytes are found where Buffer finds them, or nowhere", () => {
  fc.assert(
    fc.property(
      fc.array(few, { maxLength: 60 }),
      fc.array(few, { minLength: 1, maxLength: 4 }),
      (bytes, wanted) => {
        const expected = Buffer.from(bytes).indexOf(Buffer.from(wanted));
        expect(indexOfBytes(Uint8Array.from(bytes), Uint8Array.from(wanted))).toBe(expected);
      },
    ),
  );
});
