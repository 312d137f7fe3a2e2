import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { beamSearch } from "../../../../src/model/heads/ctc/beam.ts";
import { greedyTokens } from "../../../../src/model/heads/ctc/greedy.ts";
import { logSoftmax } from "../../../../src/model/heads/scores.ts";
import type { Matrix } from "../../../../src/model/matrix.ts";
import {
  alignments,
  collapse,
  logitsOf,
  pathLogProbability,
} from "../../../support/model/lattice.ts";

/** Every token sequence and its probability, by adding up all alignments. */
function allSequences(logProbabilities: Matrix, blank: number): Map<string, number> {
  const totals = new Map<string, number>();
  for (const path of alignments(logProbabilities)) {
    const key = collapse(path, blank).join();
    const probability = Math.exp(pathLogProbability(logProbabilities, path));
    totals.set(key, (totals.get(key) ?? 0) + probability);
  }
  return totals;
}

describe("beam search", () => {
  test("with room for all gives every sequence its exact probability, best first", () => {
    fc.assert(
      fc.property(logitsOf(4, 3), fc.nat(2), (logits, blank) => {
        const logProbabilities = logSoftmax(logits);
        const expected = allSequences(logProbabilities, blank);
        const found = beamSearch(logProbabilities, { blank, width: 1000 });
        expect(found.length).toBe(expected.size);
        for (const { tokens, logProbability } of found) {
          expect(Math.exp(logProbability)).toBeCloseTo(expected.get(tokens.join()) ?? -1, 5);
        }
        const probabilities = found.map(({ logProbability }) => logProbability);
        expect(probabilities).toEqual([...probabilities].sort((a, b) => b - a));
      }),
      { numRuns: 100 },
    );
  });

  test("finds what greedy decoding cannot: alignments that are many and each improbable", () => {
    // Blank is best in every frame, and yet most of the probability says token 1.
    const frame = [0.4, 0.35, 0.25].map(Math.log);
    const logits = { rows: 2, columns: 3, data: Float32Array.from([...frame, ...frame]) };
    const logProbabilities = logSoftmax(logits);
    expect(greedyTokens(logProbabilities, 0)).toEqual([]);
    expect(beamSearch(logProbabilities, { blank: 0, width: 8 })[0]?.tokens).toEqual([1]);
  });

  test("keeps no more than its width, and of those the probable ones", () => {
    fc.assert(
      fc.property(logitsOf(5, 4), fc.integer({ min: 1, max: 4 }), (logits, width) => {
        const logProbabilities = logSoftmax(logits);
        const expected = allSequences(logProbabilities, 0);
        const found = beamSearch(logProbabilities, { blank: 0, width });
        expect(found.length).toBeLessThanOrEqual(width);
        for (const { tokens, logProbability } of found) {
          const exact = expected.get(tokens.join()) ?? 0;
          expect(Math.exp(logProbability)).toBeLessThanOrEqual(exact + 1e-6);
        }
      }),
    );
  });

  test("looks at the best tokens only of a vocabulary too large to try", () => {
    const columns = 5000;
    const data = new Float32Array(3 * columns).fill(-20);
    for (const [frame, token] of [4321, 0, 17].entries()) data[frame * columns + token] = 5;
    const logProbabilities = logSoftmax({ rows: 3, columns, data });
    const [best] = beamSearch(logProbabilities, { blank: 0, width: 4 });
    expect(best?.tokens).toEqual([4321, 17]);
  });
});

test("greedy decoding gives the tokens of the best alignment", () => {
  fc.assert(
    fc.property(logitsOf(4, 3), (logits) => {
      const logProbabilities = logSoftmax(logits);
      const [best = []] = alignments(logProbabilities).sort(
        (a, b) => pathLogProbability(logProbabilities, b) - pathLogProbability(logProbabilities, a),
      );
      expect(greedyTokens(logProbabilities, 0)).toEqual(collapse(best, 0));
    }),
    { numRuns: 100 },
  );
});
