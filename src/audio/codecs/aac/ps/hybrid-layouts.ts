/** The split of the lowest subbands in parametric stereo: filters of 13 taps, turned by odd parts of a band (ISO/IEC 14496-3 §8.6.4.3). */
import { SUBBANDS } from "../sbr/quadrature.ts";

/** Of each filter. */
export const TAPS = 13;
export const CENTRE = 6;

/** Halves of symmetric filters, up to their middle (tables 8.36 to 8.38). */
const PROTOTYPES = {
  two: [0, 0.01899487526049, 0, -0.07293139167538, 0, 0.30596630545168, 0.5],
  four: [
    -0.05908211155639, -0.04871498374946, 0, 0.07778723915851, 0.16486303567403, 0.23279856662996,
    0.25,
  ],
  eight: [
    0.00746082949812, 0.02270420949825, 0.04546865930473, 0.07266113929591, 0.09885108575264,
    0.11793710567217, 0.125,
  ],
  eightOf34: [
    0.01565675600122, 0.03752716391991, 0.05417891378782, 0.08417044116767, 0.10307344158036,
    0.12222452249753, 0.125,
  ],
  twelve: [
    0.04081179924692, 0.03812810994926, 0.05144908135699, 0.06399831151592, 0.07428313801106,
    0.08100347892914, 0.08333333333333,
  ],
} as const;

/** The split of one subband of the first bank. */
export interface Split {
  readonly filters: readonly { readonly cos: Float64Array; readonly sin: Float64Array }[];
  /** Which band each filter's output is added to, counted from the split's first one. */
  readonly targets: readonly number[];
  readonly bandCount: number;
}

/** One of the two layouts: 20 or 34 bands of parameters. */
export interface HybridLayout {
  readonly splits: readonly Split[];
  readonly bandCount: number;
}

function split(
  prototype: readonly number[],
  turns: readonly number[],
  targets: readonly number[],
): Split {
  const filters = turns.map((turn) => {
    const taps = Array.from({ length: TAPS }, (_, tap) => tap - CENTRE);
    const value = (tap: number) => prototype[CENTRE - Math.abs(tap)] as number;
    return {
      cos: Float64Array.from(taps, (tap) => value(tap) * Math.cos(2 * Math.PI * turn * tap)),
      sin: Float64Array.from(taps, (tap) => value(tap) * Math.sin(2 * Math.PI * turn * tap)),
    };
  });
  return { filters, targets, bandCount: Math.max(...targets) + 1 };
}

/** Filters at odd multiples of half a band, each a band of its own. */
function evenSplit(prototype: readonly number[], count: number): Split {
  const indices = Array.from({ length: count }, (_, index) => index);
  return split(
    prototype,
    indices.map((index) => (index + 0.5) / count),
    indices,
  );
}

const EIGHTHS = Array.from({ length: 8 }, (_, index) => (index + 0.5) / 8);

function layout(splits: readonly Split[]): HybridLayout {
  const fine = splits.reduce((sum, { bandCount }) => sum + bandCount, 0);
  return { splits, bandCount: fine + SUBBANDS - splits.length };
}

/** 71 bands; of the lowest subband's eight, four are joined to two. */
export const LAYOUT_20 = layout([
  split(PROTOTYPES.eight, EIGHTHS, [2, 3, 4, 5, 5, 4, 0, 1]),
  split(PROTOTYPES.two, [0, 0.5], [1, 0]),
  split(PROTOTYPES.two, [0, 0.5], [0, 1]),
]);

/** 91 bands. */
export const LAYOUT_34 = layout([
  evenSplit(PROTOTYPES.twelve, 12),
  evenSplit(PROTOTYPES.eightOf34, 8),
  evenSplit(PROTOTYPES.four, 4),
  evenSplit(PROTOTYPES.four, 4),
  evenSplit(PROTOTYPES.four, 4),
]);
