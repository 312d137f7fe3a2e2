/** The tokens of the most probable alignment. */
import type { Matrix } from "../../matrix.ts";

/**
 * Takes each frame's best token, then drops repetitions and blanks (Graves et al. 2006, "best path decoding").
 * @param sameAs by token, the one that it counts as; each as itself if left out
 */
export function greedyTokens(
  { rows, columns, data }: Matrix,
  blank: number,
  sameAs?: readonly number[],
): number[] {
  const tokens: number[] = [];
  let previous = blank;
  for (let row = 0; row < rows; row++) {
    const frame = data.subarray(row * columns, (row + 1) * columns);
    const found = frame.indexOf(Math.max(...frame));
    const best = sameAs?.[found] ?? found;
    if (best !== previous && best !== blank) tokens.push(best);
    previous = best;
  }
  return tokens;
}
