/** Naming the outputs of a model that are wanted. */

/** `last`, `all`, or a list of indices into hidden_states (negatives from the end) and named outputs. */
export type LayerSelection = "last" | "all" | readonly (number | NamedOutput)[];

/** Outputs that are not hidden states: the normalised end of the encoder, the convolutions' features, a sum of all states. */
export type NamedOutput = (typeof NAMED_OUTPUTS)[number];
export const NAMED_OUTPUTS = ["last_hidden_state", "extract_features", "weighted"] as const;

/** The default layers. */
export const DEFAULT_LAYERS: LayerSelection = "last";
