import { expect, test } from "vitest";
import { freedPieces, freeMemory } from "../src/bytes.ts";

test("memory that nobody uses any more is given back, whole and once", () => {
  const values = new Float32Array(8);
  const part = values.subarray(2, 4);
  freeMemory(part);
  freeMemory(part);
  expect([values.length, part.length, values.buffer.byteLength]).toEqual([0, 0, 0]);
});

test("memory that threads share is left alone", () => {
  const values = new Float32Array(new SharedArrayBuffer(8));
  freeMemory(values);
  expect(values.length).toBe(2);
});

test("a piece is freed once the next one is asked for, unless others lie in its memory", async () => {
  const memory = new Uint8Array(6);
  const pieces = [new Uint8Array(4), memory.subarray(0, 2), memory.subarray(2)];
  async function* all() {
    yield* pieces;
  }
  const lengths: number[] = [];
  for await (const piece of freedPieces(all())) lengths.push(piece.length);
  expect(lengths).toEqual([4, 2, 4]);
  expect(pieces.map(({ length }) => length)).toEqual([0, 2, 4]);
});
