/** Differences of a head's outputs from those of the same head in float32. */

import type { Head, HeadKind } from "../heads/head.ts";
import type { HeadOutput } from "../heads/run-head.ts";
import { cosine } from "../heads/vectors.ts";
import type { Matrix } from "../matrix.ts";

/** Differences of a head over several clips. */
export interface HeadAgreement {
  readonly kind: HeadKind;
  /** Of all logits together: ‖actual − reference‖ / ‖reference‖. */
  readonly logitsRelativeL2: number;
  /**
   * The share of equal decisions: the best label of each clip, the best token of each frame, or whether each speaker speaks in
   * each frame. Null for x-vectors and regressions, which decide nothing.
   */
  readonly labelAgreement: number | null;
  /** Of x-vectors, clip by clip; null for other heads. */
  readonly meanEmbeddingCosine: number | null;
  readonly worstEmbeddingCosine: number | null;
}

/** The part of a head that defines its decisions. */
export type ComparedHead = Pick<Head, "kind"> & {
  readonly scores?: "softmax" | "sigmoid" | "none";
};

/** Adds up the differences of a head over clips. */
export interface HeadComparison {
  add(actual: HeadOutput, reference: HeadOutput): void;
  agreement(): HeadAgreement;
}

/** Begins a comparison of outputs of `head`. */
export function compareHeads(head: ComparedHead): HeadComparison {
  let difference = 0;
  let norm = 0;
  let decisions = 0;
  let equal = 0;
  const cosines: number[] = [];
  return {
    add(actual, reference) {
      for (const [index, value] of reference.logits.data.entries()) {
        difference += (actual.logits.data[index] - value) ** 2;
        norm += value * value;
      }
      const [own, expected] = [actual, reference].map(({ logits }) => decisionsOf(head, logits));
      decisions += expected.length;
      equal += expected.filter((decision, index) => decision === own[index]).length;
      if (actual.embedding !== null && reference.embedding !== null) {
        cosines.push(cosine(actual.embedding, reference.embedding));
      }
    },
    agreement: () => ({
      kind: head.kind,
      logitsRelativeL2: norm === 0 ? 0 : Math.sqrt(difference / norm),
      labelAgreement: decisions === 0 ? null : equal / decisions,
      meanEmbeddingCosine:
        cosines.length === 0
          ? null
          : cosines.reduce((sum, value) => sum + value, 0) / cosines.length,
      worstEmbeddingCosine: cosines.length === 0 ? null : Math.min(...cosines),
    }),
  };
}

function decisionsOf({ kind, scores }: ComparedHead, { rows, columns, data }: Matrix): number[] {
  if (kind === "xvector" || scores === "none") return [];
  if (kind === "frame-classification") return Array.from(data, (logit) => Number(logit >= 0));
  return Array.from({ length: rows }, (_, row) => {
    const logits = data.subarray(row * columns, (row + 1) * columns);
    return logits.indexOf(Math.max(...logits));
  });
}
