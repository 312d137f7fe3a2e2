/** When each token is said: the most probable alignment of given tokens. */
import type { Matrix } from "../../matrix.ts";

/** Frames first … end − 1 of one token, and the mean of its log probabilities there. */
export interface AlignedToken {
  readonly token: number;
  readonly first: number;
  readonly end: number;
  readonly meanLogProbability: number;
}

/**
 * Aligns tokens with log probabilities [frames, vocabulary] by Viterbi's algorithm over CTC's states: each token once or
 * longer, blanks between them wherever they help, and where a token repeats. Tokens that no alignment of so few frames can
 * hold give an empty list.
 */
export function alignTokens(
  logProbabilities: Matrix,
  tokens: readonly number[],
  blank: number,
): AlignedToken[] {
  if (tokens.length === 0) return [];
  const states = [blank, ...tokens.flatMap((token) => [token, blank])];
  const path = bestPath(logProbabilities, states, blank);
  return path === null ? [] : spansOf(path, tokens, logProbabilities);
}

/** The state of each frame on the best way from the first states to the last ones; null if there is none. */
function bestPath(
  { rows, columns, data }: Matrix,
  states: readonly number[],
  blank: number,
): Int32Array | null {
  const count = states.length;
  // How many states back the best predecessor is: 0, 1 or 2.
  const steps = new Uint8Array(rows * count);
  let scores = new Float64Array(count).fill(-Infinity);
  scores[0] = data[states[0]];
  scores[1] = data[states[1]];
  for (let row = 1; row < rows; row++) {
    const next = new Float64Array(count);
    for (let state = 0; state < count; state++) {
      const token = states[state];
      const maySkip = state >= 2 && token !== blank && token !== states[state - 2];
      const step = bestStep(scores, state, maySkip);
      steps[row * count + state] = step;
      next[state] = scores[state - step] + data[row * columns + token];
    }
    scores = next;
  }
  let state = scores[count - 1] > scores[count - 2] ? count - 1 : count - 2;
  if (scores[state] === -Infinity) return null;
  const path = new Int32Array(rows);
  for (let row = rows - 1; row >= 0; row--) {
    path[row] = state;
    state -= steps[row * count + state];
  }
  return path;
}

function bestStep(scores: Float64Array, state: number, maySkip: boolean): number {
  let best = 0;
  if (state >= 1 && scores[state - 1] > scores[state]) best = 1;
  if (maySkip && scores[state - 2] > scores[state - best]) best = 2;
  return best;
}

/** States of tokens are odd: 1, 3, 5 … */
function spansOf(
  path: Int32Array,
  tokens: readonly number[],
  { columns, data }: Matrix,
): AlignedToken[] {
  return tokens.map((token, index) => {
    const state = 2 * index + 1;
    const first = path.indexOf(state);
    const end = path.lastIndexOf(state) + 1;
    let sum = 0;
    for (let row = first; row < end; row++) sum += data[row * columns + token];
    return { token, first, end, meanLogProbability: sum / (end - first) };
  });
}
