import { readFile } from "node:fs/promises";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import xxhash from "xxhash-wasm";
import { openChecksum } from "../../../../src/model/backend/kernels/checksum.ts";
import { spread, VARIANTS } from "../../../support/model/open-kernels.ts";

const { h64Raw } = await xxhash();

describe.each(VARIANTS)("the checksum with %s", async (variant) => {
  const path = new URL(`../../../../build/unshared/${variant}.wasm`, import.meta.url);
  const checksum = openChecksum(await WebAssembly.compile(await readFile(path)));

  it("is XXH64, as a library computes it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(checksum(bytes)).toBe(h64Raw(bytes));
      }),
    );
  });

  it("is XXH64 where a piece ends: just before, there and just behind it", () => {
    const bytes = Uint8Array.from(spread(3 * 65_536, 0, 255, 7));
    for (const pieces of [1, 2]) {
      for (let length = pieces * 65_536 - 40; length <= pieces * 65_536 + 40; length++) {
        const some = bytes.subarray(0, length);
        expect(checksum(some), `${length} bytes`).toBe(h64Raw(some));
      }
    }
  });
});
