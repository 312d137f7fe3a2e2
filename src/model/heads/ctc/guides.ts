/** Several guides at once: a token may follow where all allow it, and scores add up. */
import type { TokenGuide } from "./beam.ts";

/** Joins guides; undefined if there are none. */
export function joinGuides(guides: readonly TokenGuide[]): TokenGuide | undefined {
  if (guides.length < 2) return guides[0];
  const joined: TokenGuide<readonly unknown[]> = {
    start: guides.map(({ start }) => start),
    next(states, token) {
      const next: unknown[] = [];
      for (const [index, guide] of guides.entries()) {
        const state = guide.next(states[index], token);
        if (state === null) return null;
        next.push(state);
      }
      return next;
    },
    score: (states) => guides.reduce((sum, guide, index) => sum + guide.score(states[index]), 0),
    mostGain: guides.reduce((sum, { mostGain }) => sum + mostGain, 0),
    endScore(states) {
      let sum = 0;
      for (const [index, guide] of guides.entries()) {
        const score = guide.endScore(states[index]);
        if (score === null) return null;
        sum += score;
      }
      return sum;
    },
  };
  return joined as TokenGuide;
}
