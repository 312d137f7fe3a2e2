/** Reads the `layer_weights` option. */

/** As many numbers as the largest model has hidden states, and some to spare: the model says how many it wants. */
const MAX_WEIGHTS = 1025;

/** A list such as `0.5,-1,2e-3`; `null` if it is none. */
export function parseLayerWeights(text: string): number[] | null {
  const entries = text.split(",", MAX_WEIGHTS + 1).map((entry) => entry.trim());
  const weights = entries.map((entry) => (isDecimal(entry) ? Number(entry) : Number.NaN));
  return entries.length <= MAX_WEIGHTS && weights.every(Number.isFinite) ? weights : null;
}

function isDecimal(entry: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(entry);
}
