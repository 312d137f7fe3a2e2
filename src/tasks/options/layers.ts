/** Reads the `layers` option. */
import {
  type LayerSelection,
  NAMED_OUTPUTS,
  type NamedOutput,
} from "../../model/engine/taps/selection.ts";

/** The values that `parseLayers` accepts, in words. */
export const ACCEPTED_LAYERS =
  "last, all, or a comma-separated list of indices into hidden_states (negatives from the end), last_hidden_state, extract_features and weighted";

/** `last`, `all` or a list such as `0,6,-1,extract_features`; `null` if it is none of them. */
export function parseLayers(text: string): LayerSelection | null {
  if (text === "last" || text === "all") return text;
  const entries = text.split(",").map((entry) => parseEntry(entry.trim()));
  return entries.every((entry) => entry !== null) ? entries : null;
}

function parseEntry(entry: string): number | NamedOutput | null {
  if (/^-?\d+$/.test(entry)) return Number(entry);
  return NAMED_OUTPUTS.find((name) => name === entry) ?? null;
}
