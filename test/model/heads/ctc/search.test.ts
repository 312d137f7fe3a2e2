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
import { prefixBeam } from "../../../support/model/prefix-beam.ts";

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
  test("with room for all gives every sequence its exact probability, best first", async () => {
    await fc.assert(
      fc.asyncProperty(logitsOf(4, 3), fc.nat(2), async (logits, blank) => {
        const logProbabilities = logSoftmax(logits);
        const expected = allSequences(logProbabilities, blank);
        const found = await beamSearch(logProbabilities, { blank, width: 1000 });
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

  test("finds what greedy decoding cannot: alignments that are many and each improbable", async () => {
    // Blank is best in every frame, and yet most of the probability says token 1.
    const frame = [0.4, 0.35, 0.25].map(Math.log);
    const logits = { rows: 2, columns: 3, data: Float32Array.from([...frame, ...frame]) };
    const logProbabilities = logSoftmax(logits);
    expect(greedyTokens(logProbabilities, 0)).toEqual([]);
    const [best] = await beamSearch(logProbabilities, { blank: 0, width: 8 });
    expect(best?.tokens).toEqual([1]);
  });

  test("keeps no more than its width, and of those the probable ones", async () => {
    await fc.assert(
      fc.asyncProperty(logitsOf(5, 4), fc.integer({ min: 1, max: 4 }), async (logits, width) => {
        const logProbabilities = logSoftmax(logits);
        const expected = allSequences(logProbabilities, 0);
        const found = await beamSearch(logProbabilities, { blank: 0, width });
        expect(found.length).toBeLessThanOrEqual(width);
        for (const { tokens, logProbability } of found) {
          const exact = expected.get(tokens.join()) ?? 0;
          expect(Math.exp(logProbability)).toBeLessThanOrEqual(exact + 1e-6);
        }
      }),
    );
  });

  test("of any width finds what the algorithm finds as it is published", async () => {
    await fc.assert(
      fc.asyncProperty(logitsOf(12, 4), fc.integer({ min: 1, max: 6 }), async (logits, width) => {
        const logProbabilities = logSoftmax(logits);
        const found = await beamSearch(logProbabilities, { blank: 0, width });
        const { found: expected, closest } = prefixBeam(logProbabilities, 0, width);
        fc.pre(closest > 1e-6);
        expect(found.map(({ tokens }) => tokens.join())).toEqual([...expected.keys()]);
        for (const { tokens, logProbability } of found) {
          const ratio = Math.exp(logProbability) / (expected.get(tokens.join()) ?? Number.NaN);
          expect(ratio).toBeCloseTo(1, 6);
        }
      }),
    );
  });

  test("lets other work in", async () => {
    const data = new Float32Array(600 * 30).map((_, at) => ((at * 7919) % 97) / 20);
    let turns = 0;
    let isOver = false;
    const countTurn = () => {
      turns++;
      if (!isOver) setImmediate(countTurn);
    };
    setImmediate(countTurn);
    await beamSearch(logSoftmax({ rows: 600, columns: 30, data }), { blank: 0, width: 64 });
    isOver = true;
    expect(turns).toBeGreaterThan(10);
  });

  test("looks at the best tokens only of a vocabulary too large to try", async () => {
    const columns = 5000;
    const data = new Float32Array(3 * columns).fill(-20);
    for (const [frame, token] of [4321, 0, 17].entries()) data[frame * columns + token] = 5;
    const logProbabilities = logSoftmax({ rows: 3, columns, data });
    const [best] = await beamSearch(logProbabilities, { blank: 0, width: 4 });
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
