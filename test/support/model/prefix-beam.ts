/** Prefix beam search as Hannun et al. (2014) write it down, in plain probabilities: to compare with. */
import type { Matrix } from "../../../src/model/matrix.ts";

/** Probabilities of all alignments of a prefix: those that end in a blank, and those that end in its last token. */
interface Ends {
  blank: number;
  token: number;
}

/**
 * Prefixes, their tokens with commas between, and their probabilities, best first; and by what part of its
 * probability any prefix that was kept was better than the next one: no order is right where that is rounding.
 */
export function prefixBeam(
  { rows, columns, data }: Matrix,
  blank: number,
  width: number,
): { readonly found: Map<string, number>; readonly closest: number } {
  let closest = 1;
  let beam = new Map<string, Ends>([["", { blank: 1, token: 0 }]]);
  for (let row = 0; row < rows; row++) {
    const next = new Map<string, Ends>();
    const endsOf = (prefix: string): Ends => {
      const known = next.get(prefix) ?? { blank: 0, token: 0 };
      next.set(prefix, known);
      return known;
    };
    for (const [prefix, ends] of beam) {
      const last = prefix === "" ? null : Number(prefix.split(",").at(-1));
      for (let token = 0; token < columns; token++) {
        const probability = Math.exp(data[row * columns + token] as number);
        const both = (ends.blank + ends.token) * probability;
        const longer = prefix === "" ? `${token}` : `${prefix},${token}`;
        if (token === blank) endsOf(prefix).blank += both;
        else if (token !== last) endsOf(longer).token += both;
        else {
          endsOf(longer).token += ends.blank * probability;
          endsOf(prefix).token += ends.token * probability;
        }
      }
    }
    const sorted = [...next].sort(([, a], [, b]) => b.blank + b.token - (a.blank + a.token));
    beam = new Map(sorted.slice(0, width));
    const totals = sorted.slice(0, width + 1).map(([, ends]) => ends.blank + ends.token);
    for (const [at, total] of totals.slice(1).entries()) {
      closest = Math.min(closest, 1 - total / (totals[at] as number));
    }
  }
  const found = [...beam].map(([prefix, ends]) => [prefix, ends.blank + ends.token] as const);
  return { found: new Map(found), closest };
}
