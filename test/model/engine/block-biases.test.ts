import * as fc from "fast-check";
import { expect, it } from "vitest";
import { blockBiasBytes, blockBiases } from "../../../src/model/engine/block-biases.ts";
import { rowBlocks } from "../../../src/model/engine/blocks.ts";

const windows = fc.record({
  frames: fc.integer({ min: 1, max: 600 }),
  heads: fc.uniqueArray(fc.integer({ min: 0, max: 3 }), { minLength: 1 }),
});

/** A table whose entry is its head and its relative position. */
function tableOf(frames: number) {
  const columns = 2 * frames;
  const data = Float32Array.from({ length: 4 * columns }, (_, at) =>
    biasOf(Math.floor(at / columns), (at % columns) - (frames - 1)),
  );
  return { rows: 4, columns, data };
}

function biasOf(head: number, position: number): number {
  return head * 10_000 + position;
}

it("a block's rows have the bias of each frame relative to their own, head by head", () => {
  fc.assert(
    fc.property(windows, ({ frames, heads }) => {
      const table = tableOf(frames);
      const biases = blockBiases();
      for (const block of rowBlocks(frames)) {
        const { shape, data } = biases.of(table, heads, block);
        expect(shape).toEqual([heads.length, block.count, frames]);
        const expected = heads.flatMap((head) =>
          Array.from({ length: block.count }, (_, row) =>
            Array.from({ length: frames }, (_, key) => biasOf(head, key - block.first - row)),
          ).flat(),
        );
        expect(Buffer.from(Float32Array.from(expected).buffer).equals(bytesOf(data))).toBe(true);
      }
      biases.free();
    }),
    { numRuns: 20 },
  );
});

it("biases stay for the next layer up to 32 MB, and those beyond are laid out again", () => {
  const frames = 1499;
  const heads = [0, 1, 2, 3];
  const table = tableOf(frames);
  const biases = blockBiases();
  const blocks = rowBlocks(frames);
  const first = blocks.map((block) => biases.of(table, heads, block).data);
  const second = blocks.map((block) => biases.of(table, heads, block).data);
  const kept = second.filter((data, index) => data === first[index]);
  const keptBytes = kept.reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(keptBytes).toBeLessThanOrEqual(32e6);
  expect(keptBytes).toBeGreaterThan(24e6);
  const buffers = new Set(second.map(({ buffer }) => buffer));
  const allBytes = [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(allBytes).toBeLessThanOrEqual(blockBiasBytes(heads.length, frames));
});

function bytesOf(data: unknown): Buffer {
  const { buffer, byteOffset, byteLength } = data as Float32Array<ArrayBuffer>;
  return Buffer.from(buffer, byteOffset, byteLength);
}
