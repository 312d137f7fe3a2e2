import { expect, test } from "vitest";
import { freeMemory } from "../src/bytes.ts";

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
