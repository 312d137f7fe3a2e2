import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { alignTokens } from "../../../../src/model/heads/ctc/align.ts";
import { logSoftmax } from "../../../../src/model/heads/scores.ts";
import type { Matrix } from "../../../../src/model/matrix.ts";
import {
  alignments,
  collapse,
  logitsOf,
  pathLogProbability,
} from "../../../support/model/lattice.ts";

const BLANK = 0;

/** The best of all alignments that spell `tokens`, and null if there is none. */
function bestAlignment(logProbabilities: Matrix, tokens: readonly number[]): number[] | null {
  const spelling = alignments(logProbabilities).filter(
    (path) => collapse(path, BLANK).join() === tokens.join(),
  );
  const sorted = spelling.sort(
    (a, b) => pathLogProbability(logProbabilities, b) - pathLogProbability(logProbabilities, a),
  );
  return sorted[0] ?? null;
}

describe("tokens are aligned", () => {
  test("as the most probable of all their alignments has them", () => {
    fc.assert(
      fc.property(
        logitsOf(6, 3),
        fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 4 }),
        (logits, tokens) => {
          const logProbabilities = logSoftmax(logits);
          const expected = bestAlignment(logProbabilities, tokens);
          const aligned = alignTokens(logProbabilities, tokens, BLANK);
          if (expected === null) {
            expect(aligned).toEqual([]);
            return;
          }
          const path = new Array(logits.rows).fill(BLANK);
          for (const { token, first, end } of aligned) path.fill(token, first, end);
          expect(collapse(path, BLANK)).toEqual(tokens);
          expect(pathLogProbability(logProbabilities, path)).toBeCloseTo(
            pathLogProbability(logProbabilities, expected),
            4,
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  test("with the mean of their log probabilities over their frames", () => {
    const rows = [
      [0.1, 0.9],
      [0.2, 0.8],
      [0.7, 0.3],
    ];
    const data = Float32Array.from(rows.flat(), Math.log);
    const [aligned] = alignTokens({ rows: 3, columns: 2, data }, [1], BLANK);
    expect(aligned).toMatchObject({ token: 1, first: 0, end: 2 });
    expect(Math.exp(aligned?.meanLogProbability ?? 0)).toBeCloseTo(Math.sqrt(0.9 * 0.8), 6);
  });

  test("nowhere if there are too few frames for them", () => {
    const data = new Float32Array(2 * 3).fill(Math.log(1 / 3));
    const logProbabilities = { rows: 2, columns: 3, data };
    expect(alignTokens(logProbabilities, [1, 2, 1], BLANK)).toEqual([]);
    // The same token twice needs a blank between.
    expect(alignTokens(logProbabilities, [1, 1], BLANK)).toEqual([]);
    expect(alignTokens(logProbabilities, [], BLANK)).toEqual([]);
  });
});
