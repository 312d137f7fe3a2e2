/** The tokens of the most probable alignment. */
import type { Matrix } from "../../matrix.ts";

/** Takes each frame's best token, then drops repetitions and blanks (Graves et al. 2006, "best path decoding"). */
export function greedyTokens({ rows, columns, data }: Matrix, blank: number): number[] {
  const tokens: number[] = [];
  let previous = blank;
  for (let row = 0; row < rows; row++) {
    const frame = data.subarray(row * columns, (row + 1) * columns);
    const best = frame.indexOf(Math.max(...frame));
    if (best !== previous && best !== blank) tokens.push(best);
    previous = best;
  }
  return tokens;
}
