import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  chunkAt,
  chunkCount,
  chunkSizes,
  MAX_CHUNKS,
} from "../../../../../src/model/backend/kernels/threads/chunks.ts";

function chunksOf(units: number, tile: number, threads: number) {
  const sizes = chunkSizes({ function: "addRows", units, tile, arguments: [] }, threads);
  const count = chunkCount(units, sizes);
  return Array.from({ length: count }, (_, index) => chunkAt(units, sizes, index));
}

describe("the chunks of a call", () => {
  it("are all of its units, each once, in order, and not too many to be told apart", () => {
    const units = fc.integer({ min: 0, max: 5000 });
    const tile = fc.constantFrom(1, 4, 15);
    fc.assert(
      fc.property(units, tile, fc.integer({ min: 2, max: 64 }), (count, size, threads) => {
        const chunks = chunksOf(count, size, threads);
        let next = 0;
        for (const chunk of chunks) {
          expect(chunk.first).toBe(next);
          expect(chunk.count).toBeGreaterThan(0);
          next += chunk.count;
        }
        expect(next).toBe(count);
        expect(chunks.length).toBeLessThanOrEqual(MAX_CHUNKS);
      }),
    );
  });

  it("are whole tiles, and what is left over in parts for all threads", () => {
    const counts = chunksOf(250, 15, 2).map(({ count }) => count);
    expect(counts).toEqual([30, 30, 30, 30, 30, 30, 30, 30, 6, 4]);
  });

  it("are smaller than a tile where there are few units", () => {
    expect(chunksOf(24, 15, 2).map(({ count }) => count)).toEqual(Array(8).fill(3));
  });
});
