/** Help texts of the options that commands share with endpoints. */

/** The placeholder of an option's value, if it has one, and a sentence. */
export interface OptionHelp {
  readonly value?: string;
  readonly help: string;
}

/** By the option's name in the API. */
export const OPTION_HELP: Readonly<Record<string, OptionHelp>> = {
  channel: {
    value: "channel",
    help: "mix, left, right, or a channel's number from 0 (default: mix)",
  },
  track: {
    value: "number",
    help: "which audio track of a file with several, from 0 (default: the first that can be read)",
  },
  start: { value: "seconds", help: "where the part begins that is used (default: 0)" },
  end: { value: "seconds", help: "where it ends (default: the clip's end)" },
  layers: {
    value: "layers",
    help: "last, all, or a list such as 0,6,-1,extract_features: indices of hidden states, negatives from the end, last_hidden_state, extract_features, weighted (default: last)",
  },
  layer_weights: {
    value: "numbers",
    help: "with --layers weighted: a number for each hidden state, with commas between; their softmax are the shares (default: the model's own)",
  },
  pool: { value: "pooling", help: "pool the frames into one vector (default: none)" },
  format: {
    value: "format",
    help: "how results are written (default: by the ending of --out, else json)",
  },
  encoding: { value: "encoding", help: "how JSON writes numbers (default: float)" },
  dtype: { value: "type", help: "the type that numbers are stored in (default: f32)" },
  l2: { help: "scale the vector to length 1" },
  decoder: {
    value: "decoder",
    help: "greedy takes the tokens of the most probable alignment, beam the most probable tokens over all alignments (default: greedy)",
  },
  beam_width: {
    value: "count",
    help: "with --decoder beam: how many beginnings are kept, 1 to 64 (default: 16)",
  },
  tokens: { help: "list tokens beside words" },
  top: { value: "count", help: "how many labels to give, best first (default: 5)" },
  threshold: {
    value: "probability",
    help: "from which probability on a speaker speaks, 0 to 1 (default: 0.5)",
  },
  min_gap: { value: "seconds", help: "shorter pauses of a speaker are bridged (default: 0.25)" },
  min_segment: { value: "seconds", help: "what is shorter then is dropped (default: 0.1)" },
  probabilities: { help: "write each frame's probabilities into JSON too" },
};

/** Help texts that differ for `embed`. */
export const EMBED_HELP: Readonly<Record<string, OptionHelp>> = {
  pool: {
    value: "pooling",
    help: "pool features instead of running the speaker head (default without such a head: mean)",
  },
  layers: {
    value: "layer",
    help: "the one output that is pooled: the index of a hidden state, negative from the end, last_hidden_state, extract_features or weighted (default: last)",
  },
};
