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
    help: "index of the audio track, from 0 (default: the first readable one)",
  },
  start: { value: "seconds", help: "start of the part to use (default: 0)" },
  end: { value: "seconds", help: "end of the part to use (default: the clip's end)" },
  layers: {
    value: "layers",
    help: "last, all, or a list such as 0,6,-1,extract_features: indices of hidden states, negatives from the end, last_hidden_state, extract_features, weighted (default: last)",
  },
  layer_weights: {
    value: "numbers",
    help: "with --layers weighted: comma-separated weights, one per hidden state, normalized by softmax (default: the model's own)",
  },
  pool: { value: "pooling", help: "pool the frames into one vector (default: none)" },
  format: {
    value: "format",
    help: "output format (default: by the extension of --out, else json)",
  },
  skip_silence: { help: "leave windows of silence out" },
  encoding: { value: "encoding", help: "number encoding in JSON (default: float)" },
  dtype: { value: "type", help: "number type (default: f32)" },
  l2: { help: "scale the vector to length 1" },
  decoder: {
    value: "decoder",
    help: "greedy takes the tokens of the most probable alignment, beam the most probable tokens over all alignments (default: greedy)",
  },
  beam_width: {
    value: "count",
    help: "with --decoder beam: number of hypotheses to keep, 1 to 64 (default: 16)",
  },
  lexicon: {
    value: "words",
    help: "words that the text consists of, divided by commas; implies --decoder beam",
  },
  hot_words: {
    value: "words",
    help: "words to prefer, divided by commas; implies --decoder beam",
  },
  hot_words_weight: {
    value: "number",
    help: "what each hot word adds to the natural logarithm of a text's probability, 0 to 20 (default: 4)",
  },
  lm: {
    help: "use the pack's language model; implies --decoder beam (default: with --decoder beam, if the pack has one)",
  },
  lm_weight: {
    value: "number",
    help: "factor of the language model's logarithms, 0 to 5 (default: 0.5)",
  },
  tokens: { help: "list tokens beside words" },
  top: { value: "count", help: "number of labels, best first (default: 5)" },
  threshold: {
    value: "probability",
    help: "minimum speaker probability of a frame, 0 to 1 (default: 0.5)",
  },
  min_gap: {
    value: "seconds",
    help: "merge a speaker's segments across shorter pauses (default: 0.25)",
  },
  min_segment: { value: "seconds", help: "drop shorter segments after merging (default: 0.1)" },
  probabilities: { help: "include each frame's probabilities in JSON" },
};

/** Help texts that differ for `diarize`. */
export const DIARIZE_HELP: Readonly<Record<string, OptionHelp>> = {
  skip_silence: { value: "false", help: "false: silence is computed, too" },
};

/** Help texts that differ for `embed`. */
export const EMBED_HELP: Readonly<Record<string, OptionHelp>> = {
  pool: {
    value: "pooling",
    help: "pool features instead of running the speaker head (default without such a head: mean)",
  },
  layers: {
    value: "layer",
    help: "the output to pool: the index of a hidden state, negative from the end, last_hidden_state, extract_features or weighted (default: last)",
  },
};
