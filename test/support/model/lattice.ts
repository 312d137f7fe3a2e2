/** Small lattices of frames and tokens, and every way through them. */
import fc from "fast-check";
import type { Matrix } from "../../../src/model/matrix.ts";

/** Logits of up to so many frames over just so many tokens; no two of a frame are equal. */
export function logitsOf(maxFrames: number, tokens: number): fc.Arbitrary<Matrix> {
  const frame = fc.uniqueArray(fc.integer({ min: -40, max: 40 }), {
    minLength: tokens,
    maxLength: tokens,
  });
  return fc.array(frame, { minLength: 1, maxLength: maxFrames }).map((frames) => ({
    rows: frames.length,
    columns: tokens,
    data: Float32Array.from(frames.flat(), (value) => value / 13),
  }));
}

/** Every choice of one token for each frame. */
export function alignments({ rows, columns }: Matrix): number[][] {
  return Array.from({ length: rows }).reduce<number[][]>(
    (paths) =>
      paths.flatMap((path) => Array.from({ length: columns }, (_, token) => [...path, token])),
    [[]],
  );
}

/** The tokens that an alignment spells: repetitions are one, and blanks are none. */
export function collapse(path: readonly number[], blank: number): number[] {
  return path.filter((token, index) => token !== path[index - 1] && token !== blank);
}

/** The sum of the log probabilities along an alignment. */
export function pathLogProbability({ columns, data }: Matrix, path: readonly number[]): number {
  return path.reduce((sum, token, row) => sum + (data[row * columns + token] as number), 0);
}
