/** The tokens of the most probable alignment. */
import type { Matrix } from "../../matrix.ts";

/** The most probable token of a frame. */
export function bestToken({ columns, data }: Matrix, row: number): number {
  const frame = data.subarray(row * columns, (row + 1) * columns);
  return frame.indexOf(Math.max(...frame));
}

/**
 * Takes each frame's best token, then drops repetitions and blanks (Graves et al. 2006, "best path decoding").
 * @param sameAs by token, the one that it counts as; each as itself if left out
 */
export function greedyTokens(logits: Matrix, blank: number, sameAs?: readonly number[]): number[] {
  const tokens: number[] = [];
  let previous = blank;
  for (let row = 0; row < logits.rows; row++) {
    const found = bestToken(logits, row);
    const best = sameAs?.[found] ?? found;
    if (best !== previous && best !== blank) tokens.push(best);
    previous = best;
  }
  return tokens;
}
