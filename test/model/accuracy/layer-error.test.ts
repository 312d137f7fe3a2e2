import { expect, test } from "vitest";
import { compareLayers, layerError } from "../../../src/model/accuracy/layer-error.ts";

const matrix = (rows: readonly (readonly number[])[]) => ({
  rows: rows.length,
  columns: rows[0]?.length ?? 0,
  data: Float32Array.from(rows.flat()),
});

test("the error of a layer, as counted by hand", () => {
  // Channel 0 is 1 and 3: mean 2, deviation 1. Channel 1 is 0 and 20: mean 10, deviation 10.
  const reference = matrix([
    [1, 0],
    [3, 20],
  ]);
  const actual = matrix([
    [1, 2],
    [4, 20],
  ]);
  const error = layerError(actual, reference);
  expect(error.relativeL2).toBeCloseTo(Math.sqrt(5 / 410), 9);
  // (2 / 10)² + (1 / 1)² over four standardised elements.
  expect(error.standardisedRelativeL2).toBeCloseTo(Math.sqrt(1.04 / 4), 9);
  const cosines = [1 / Math.sqrt(5), 412 / Math.sqrt(409 * 416)];
  expect(error.meanFrameCosine).toBeCloseTo(
    ((cosines[0] as number) + (cosines[1] as number)) / 2,
    9,
  );
  expect(error.worstFrameCosine).toBeCloseTo(cosines[0] as number, 9);
});

test("clips count as one clip of all their frames", () => {
  const reference = [
    [1, 5],
    [2, -1],
    [4, 0],
    [0, 3],
  ] as const;
  const actual = [
    [1, 4],
    [2, 0],
    [5, 0],
    [0, 3],
  ] as const;
  const comparison = compareLayers(2);
  comparison.add(matrix(actual.slice(0, 1)), matrix(reference.slice(0, 1)));
  comparison.add(matrix(actual.slice(1)), matrix(reference.slice(1)));
  expect(comparison.error()).toEqual(layerError(matrix(actual), matrix(reference)));
});

test("a channel that never varies is left out where errors are measured by its deviation", () => {
  const { standardisedRelativeL2 } = layerError(
    matrix([
      [7, 1],
      [8, 3],
    ]),
    matrix([
      [7, 1],
      [7, 3],
    ]),
  );
  expect(standardisedRelativeL2).toBe(0);
});
