import { describe, expect, test } from "vitest";
import { compareHeads } from "../../../src/model/accuracy/head-agreement.ts";
import type { HeadOutput } from "../../../src/model/heads/run-head.ts";

/** Logits of rows of two. */
function outputOf(
  values: readonly number[],
  embedding: readonly number[] | null = null,
): HeadOutput {
  return {
    logits: { rows: values.length / 2, columns: 2, data: Float32Array.from(values) },
    embedding: embedding && Float32Array.from(embedding),
  };
}

describe("a quantized head agrees", () => {
  test("in the share of clips or frames whose best label is the same", () => {
    for (const kind of ["ctc", "sequence-classification"] as const) {
      const comparison = compareHeads({ kind });
      comparison.add(outputOf([1, 2, 3, 1]), outputOf([1, 3, 1, 3]));
      comparison.add(outputOf([5, 4, 0, 1]), outputOf([9, 4, 0, 1]));
      expect(comparison.agreement()).toMatchObject({ kind, labelAgreement: 0.75 });
    }
  });

  test("in the share of frames in which each speaker speaks or not", () => {
    const comparison = compareHeads({ kind: "frame-classification" });
    comparison.add(outputOf([1, -1, 2, 2]), outputOf([3, 1, 2, 2]));
    expect(comparison.agreement().labelAgreement).toBe(0.75);
  });

  test("by the length of the logits' difference over theirs, of all clips together", () => {
    const comparison = compareHeads({ kind: "sequence-classification" });
    comparison.add(outputOf([3, 4]), outputOf([3, 3]));
    comparison.add(outputOf([0, 2]), outputOf([0, 0]));
    expect(comparison.agreement().logitsRelativeL2).toBeCloseTo(Math.sqrt(5 / 18), 9);
  });

  test("and a regression decides nothing", () => {
    const comparison = compareHeads({ kind: "sequence-classification", scores: "none" });
    comparison.add(outputOf([3, 4]), outputOf([4, 3]));
    expect(comparison.agreement()).toMatchObject({ labelAgreement: null });
  });

  test("by the angles between embeddings, and decides nothing by them", () => {
    const comparison = compareHeads({ kind: "xvector" });
    comparison.add(outputOf([1, 1], [1, 0]), outputOf([1, 1], [2, 0]));
    comparison.add(outputOf([1, 1], [1, 1]), outputOf([1, 1], [0, 1]));
    expect(comparison.agreement()).toMatchObject({
      labelAgreement: null,
      meanEmbeddingCosine: expect.closeTo((1 + Math.SQRT1_2) / 2, 9),
      worstEmbeddingCosine: expect.closeTo(Math.SQRT1_2, 9),
    });
  });
});
