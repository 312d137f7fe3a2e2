import { readFile } from "node:fs/promises";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256Of } from "../../../src/crypto/digest.ts";
import { openChecksum } from "../../../src/model/backend/kernels/checksum.ts";
import { blobReader, type Checksum } from "../../../src/model/pack/blobs.ts";
import type { PackStorage } from "../../../src/model/pack/manifest.ts";

const kernels = await WebAssembly.compile(
  await readFile(new URL("../../../build/unshared/relaxed-simd.wasm", import.meta.url)),
);
const xxh64 = openChecksum(kernels);

/** A store with one blob, copies of which are damaged by a bit from the read `from` on, until `evictions` of them were evicted. */
async function damagedFrom(from: number, evictions: number, bit: number, checksum?: Checksum) {
  const right = Uint8Array.from({ length: 1000 }, (_, index) => (index * index) >> 3);
  const sha256 = await sha256Of(right);
  let reads = 0;
  let evicted = 0;
  const storage: PackStorage = {
    async get() {
      const bytes = right.slice();
      if (++reads >= from && evicted < evictions) bytes[bit >> 3] ^= 1 << (bit & 7);
      return bytes;
    },
    list: async () => [],
    async evict() {
      evicted++;
    },
  };
  const reported: string[] = [];
  const read = blobReader(storage, (_, reason) => reported.push(reason), checksum);
  const blob = { key: `blobs/${sha256}.weights`, bytes: right.length, sha256 };
  return { right, reported, read: () => read(blob, "layer.0") };
}

describe.each([
  { by: "SHA-256 alone", checksum: undefined },
  { by: "SHA-256, and XXH64 for what is read again", checksum: xxh64 },
])("a reader of blobs that checks by $by", ({ checksum }) => {
  const froms = fc.integer({ min: 1, max: 6 });
  const bits = fc.integer({ min: 0, max: 7999 });

  it("never gives a damaged copy, whichever read it is and whichever bit", async () => {
    await fc.assert(
      fc.asyncProperty(froms, bits, async (from, bit) => {
        const { right, reported, read } = await damagedFrom(from, 1, bit, checksum);
        for (let number = 1; number <= 6; number++) expect(await read()).toEqual(right);
        expect(reported).toEqual(["does not match its SHA-256"]);
      }),
    );
  });

  it("reports a blob that stays damaged, and reads it again once it is mended", async () => {
    await fc.assert(
      fc.asyncProperty(froms, bits, async (from, bit) => {
        const { right, read } = await damagedFrom(from, 2, bit, checksum);
        for (let number = 1; number < from; number++) await read();
        await expect(read()).rejects.toMatchObject({ slug: "pack-damaged" });
        expect(await read()).toEqual(right);
      }),
    );
  });
});
