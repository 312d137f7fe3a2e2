/** The configuration inside an original WavLM checkpoint, as microsoft/unilm's WavLM.py names it. */
import { z } from "zod";
import { UndertoneError } from "../../../errors.ts";
import { parseConfig, type WavLMConfig } from "../../config.ts";
import type { PickleValue } from "../pickle/values.ts";
import { parseConvLayers } from "./conv-layers.ts";

/** A key left out means what it means to the original: every one that is released has them all. */
const originalConfig = z.looseObject({
  extractor_mode: z.enum(["default", "layer_norm"]).default("default"),
  encoder_layers: z.number().default(12),
  encoder_embed_dim: z.number().default(768),
  encoder_ffn_embed_dim: z.number().default(3072),
  encoder_attention_heads: z.number().default(12),
  activation_fn: z.literal("gelu").default("gelu"),
  layer_norm_first: z.boolean().default(false),
  conv_feature_layers: z.string().default("[(512,10,5)] + [(512,3,2)] * 4 + [(512,2,2)] * 2"),
  conv_bias: z.boolean().default(false),
  normalize: z.boolean().default(false),
  conv_pos: z.number().default(128),
  conv_pos_groups: z.number().default(16),
  relative_position_embedding: z.literal(true),
  num_buckets: z.number().default(320),
  max_distance: z.number().default(1280),
  gru_rel_pos: z.literal(true),
});

/** The configuration of an original checkpoint. */
export interface OriginalConfig {
  readonly config: WavLMConfig;
  readonly doNormalize: boolean;
}

/**
 * Reads the `cfg` of an original checkpoint.
 * @throws UndertoneError `checkpoint-unsupported` naming every field that cannot be honoured.
 */
export function parseOriginalConfig(cfg: ReadonlyMap<PickleValue, PickleValue>): OriginalConfig {
  const named = [...cfg].filter(([key]) => typeof key === "string") as [string, PickleValue][];
  const parsed = originalConfig.safeParse(Object.fromEntries(named));
  if (!parsed.success) {
    const reasons = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new UndertoneError(
      "checkpoint-unsupported",
      `The checkpoint's cfg is not one of WavLM (${reasons.join("; ")}).`,
      { fields: parsed.error.issues.map(({ path }) => path.join(".")) },
    );
  }
  const original = parsed.data;
  const convolutions = parseConvLayers(original.conv_feature_layers);
  const hubConfig = {
    model_type: "wavlm",
    num_hidden_layers: original.encoder_layers,
    hidden_size: original.encoder_embed_dim,
    intermediate_size: original.encoder_ffn_embed_dim,
    num_attention_heads: original.encoder_attention_heads,
    do_stable_layer_norm: original.layer_norm_first,
    feat_extract_norm: original.extractor_mode === "layer_norm" ? "layer" : "group",
    conv_dim: convolutions.map(([channels]) => channels),
    conv_kernel: convolutions.map(([, kernel]) => kernel),
    conv_stride: convolutions.map(([, , stride]) => stride),
    conv_bias: original.conv_bias,
    num_conv_pos_embeddings: original.conv_pos,
    num_conv_pos_embedding_groups: original.conv_pos_groups,
    num_buckets: original.num_buckets,
    max_bucket_distance: original.max_distance,
  };
  return { config: parseConfig(hubConfig, "cfg"), doNormalize: original.normalize };
}
