/** Names that tensors have in original WavLM checkpoints → canonical names. */
import { addName } from "../files/add-name.ts";

/** Used only to mask spans while training. */
const TRAINING_ONLY = "mask_emb";

const RENAMED: readonly (readonly [pattern: RegExp, canonical: string])[] = [
  [/^(feature_extractor\.conv_layers\.\d+)\.0\./, "$1.conv."],
  // Where every convolution has its norm, it stands between two transpositions.
  [/^(feature_extractor\.conv_layers\.\d+)\.2\.(1\.)?/, "$1.layer_norm."],
  [/^layer_norm\./, "feature_projection.layer_norm."],
  [/^post_extract_proj\./, "feature_projection.projection."],
  [
    /^encoder\.pos_conv\.0\.parametrizations\.weight\.original0$/,
    "encoder.pos_conv_embed.conv.weight_g",
  ],
  [
    /^encoder\.pos_conv\.0\.parametrizations\.weight\.original1$/,
    "encoder.pos_conv_embed.conv.weight_v",
  ],
  [/^encoder\.pos_conv\.0\./, "encoder.pos_conv_embed.conv."],
  [/^(encoder\.layers\.\d+)\.self_attn_layer_norm\./, "$1.layer_norm."],
  [/^(encoder\.layers\.\d+)\.self_attn\.grep_a$/, "$1.attention.gru_rel_pos_const"],
  [/^(encoder\.layers\.\d+)\.self_attn\.grep_linear\./, "$1.attention.gru_rel_pos_linear."],
  [/^(encoder\.layers\.\d+)\.self_attn\.relative_attention_bias\./, "$1.attention.rel_attn_embed."],
  [/^(encoder\.layers\.\d+)\.self_attn\./, "$1.attention."],
  [/^(encoder\.layers\.\d+)\.fc1\./, "$1.feed_forward.intermediate_dense."],
  [/^(encoder\.layers\.\d+)\.fc2\./, "$1.feed_forward.output_dense."],
];

/**
 * Canonical names → the original ones. A name that is none of the original's stays, and is then found to be extra.
 * @throws UndertoneError `checkpoint-invalid` if two names mean the same tensor.
 */
export function originalNames(fileNames: Iterable<string>): Map<string, string> {
  const names = new Map<string, string>();
  for (const fileName of fileNames) {
    if (fileName === TRAINING_ONLY) continue;
    addName(names, canonicalOfOriginal(fileName), fileName);
  }
  return names;
}

/** The canonical name of a tensor that the original calls so; any other name stays. */
export function canonicalOfOriginal(name: string): string {
  const [pattern, canonical] = RENAMED.find(([pattern]) => pattern.test(name)) ?? [/^$/, ""];
  return name.replace(pattern, canonical);
}
