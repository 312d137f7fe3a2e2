/**
 * The configuration inside a checkpoint of DPHuBERT's code, which prunes heads, feed-forwards and convolutions. Long because the
 * fields and what has to hold between them stand together.
 * @see https://github.com/pyf98/DPHuBERT wav2vec2/model.py, `wavlm_model` and `wav2vec2_model_original`
 */
import { z } from "zod";
import { UndertoneError } from "../../../errors.ts";
import { type PrunedLayer, parseConfig, type WavLMConfig } from "../../config.ts";
import { isKind, type PickleValue } from "../pickle/values.ts";

const size = z.int().min(1).max(65_536);
const MAX_LAYERS = 1024;
const perLayer = <Item extends z.ZodType>(item: Item) => z.array(item).min(1).max(MAX_LAYERS);
const isStillPruning = z.literal(false, { error: "is for training: save what prune.py gives" });

const common = {
  extractor_mode: z.enum(["group_norm", "layer_norm"]),
  extractor_conv_layer_config: z
    .array(z.tuple([size, size, size]))
    .min(1)
    .max(64),
  extractor_conv_bias: z.boolean(),
  encoder_embed_dim: size,
  encoder_pos_conv_kernel: size,
  encoder_pos_conv_groups: size,
  encoder_num_layers: z.int().min(1).max(MAX_LAYERS),
  encoder_use_attention: perLayer(z.boolean()),
  encoder_use_feed_forward: perLayer(z.boolean()),
  encoder_ff_interm_features: perLayer(z.int().min(0).max(65_536)),
  encoder_layer_norm_first: z.boolean(),
  normalize_waveform: z.boolean(),
  aux_num_out: z.null({ error: "is a head, which is not read: it has to be None" }).default(null),
  extractor_prune_conv_channels: isStillPruning.default(false),
  encoder_prune_attention_heads: isStillPruning.default(false),
  encoder_prune_attention_layer: isStillPruning.default(false),
  encoder_prune_feed_forward_intermediate: isStillPruning.default(false),
  encoder_prune_feed_forward_layer: isStillPruning.default(false),
};

/** Gates look at all heads of a row: which ones are left has to be known. */
const wavlmConfig = z.looseObject({
  ...common,
  encoder_total_num_heads: perLayer(size),
  encoder_remaining_heads: perLayer(z.array(z.int().min(0)).max(1024)),
  encoder_num_buckets: z.int(),
  encoder_max_distance: z.int(),
});

/** HuBERT and wav2vec 2.0, which are one architecture. */
const hubertConfig = z.looseObject({
  ...common,
  encoder_num_heads: perLayer(z.int().min(0).max(1024)),
  encoder_head_dim: size,
});

/** Fields of both. */
type PrunedJson = z.infer<z.ZodObject<typeof common>>;

/** The configuration of a pruned checkpoint. */
export interface PrunedConfig {
  readonly config: WavLMConfig;
  readonly doNormalize: boolean;
}

/**
 * Reads the `config` of a pruned checkpoint.
 * @throws UndertoneError `checkpoint-unsupported` naming every field that cannot be honoured.
 */
export function parsePrunedConfig(value: PickleValue): PrunedConfig {
  const json = plain(value) as Record<string, unknown>;
  return "encoder_remaining_heads" in json ? wavlm(json) : hubert(json);
}

function wavlm(json: unknown): PrunedConfig {
  const pruned = checked(wavlmConfig, json);
  const { headCount, layers } = wavlmLayers(pruned);
  const buckets = {
    num_buckets: pruned.encoder_num_buckets,
    max_bucket_distance: pruned.encoder_max_distance,
  };
  return prunedConfig(pruned, layers, {
    model_type: "wavlm",
    num_attention_heads: headCount,
    ...buckets,
  });
}

function hubert(json: unknown): PrunedConfig {
  const pruned = checked(hubertConfig, json);
  const { headCount, layers } = hubertLayers(pruned);
  return prunedConfig(pruned, layers, { model_type: "hubert", num_attention_heads: headCount });
}

function checked<Schema extends z.ZodType>(schema: Schema, json: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw refusal(parsed.error.issues.map(({ path, message }) => [String(path[0]), message]));
}

/** The config of the whole model, as a config.json has it, and what pruning left. */
function prunedConfig(
  pruned: PrunedJson,
  prunedLayers: readonly PrunedLayer[],
  family: Readonly<Record<string, unknown>>,
): PrunedConfig {
  const convolutions = pruned.extractor_conv_layer_config;
  const config = parseConfig(
    {
      ...family,
      num_hidden_layers: pruned.encoder_num_layers,
      hidden_size: pruned.encoder_embed_dim,
      intermediate_size: Math.max(1, ...pruned.encoder_ff_interm_features),
      do_stable_layer_norm: pruned.encoder_layer_norm_first,
      feat_extract_norm: pruned.extractor_mode === "layer_norm" ? "layer" : "group",
      conv_dim: convolutions.map(([channels]) => channels),
      conv_kernel: convolutions.map(([, kernel]) => kernel),
      conv_stride: convolutions.map(([, , stride]) => stride),
      conv_bias: pruned.extractor_conv_bias,
      num_conv_pos_embeddings: pruned.encoder_pos_conv_kernel,
      num_conv_pos_embedding_groups: pruned.encoder_pos_conv_groups,
    },
    "config",
  );
  return {
    config: { ...config, prunedLayers, hasFeatureScale: true },
    doNormalize: pruned.normalize_waveform,
  };
}

interface Layers {
  readonly headCount: number;
  readonly layers: readonly PrunedLayer[];
}

function wavlmLayers(pruned: z.infer<typeof wavlmConfig>): Layers {
  const { encoder_total_num_heads: totals, encoder_remaining_heads: remaining } = pruned;
  const [headCount] = totals as [number];
  requireLengths(pruned, { encoder_total_num_heads: totals, encoder_remaining_heads: remaining });
  if (totals.some((total) => total !== headCount)) {
    throw refusal([["encoder_total_num_heads", "has to be the same in every layer"]]);
  }
  const isSound = (heads: readonly number[]) =>
    new Set(heads).size === heads.length && heads.every((head) => head < headCount);
  if (!remaining.every(isSound)) {
    throw refusal([
      ["encoder_remaining_heads", `has to be heads of 0 to ${headCount - 1}, each once`],
    ]);
  }
  const layers = layersOf(pruned, remaining);
  if (layers[0]?.heads.length === 0) {
    const problem = "is false for the first layer, whose attention has the position biases of all";
    throw refusal([["encoder_use_attention", problem]]);
  }
  return { headCount, layers };
}

function hubertLayers(pruned: z.infer<typeof hubertConfig>): Layers {
  const { encoder_num_heads: counts, encoder_embed_dim: hidden, encoder_head_dim: width } = pruned;
  requireLengths(pruned, { encoder_num_heads: counts });
  if (hidden % width !== 0) {
    throw refusal([["encoder_head_dim", `has to divide encoder_embed_dim (${hidden})`]]);
  }
  const headCount = hidden / width;
  if (counts.some((count) => count > headCount)) {
    throw refusal([
      ["encoder_num_heads", `has to be ${headCount} at most, encoder_embed_dim / encoder_head_dim`],
    ]);
  }
  const heads = counts.map((count) => Array.from({ length: count }, (_, head) => head));
  return { headCount, layers: layersOf(pruned, heads) };
}

function layersOf(pruned: PrunedJson, heads: readonly (readonly number[])[]): PrunedLayer[] {
  return heads.map((own, index) => ({
    heads: pruned.encoder_use_attention[index] ? own : [],
    intermediateSize: pruned.encoder_use_feed_forward[index]
      ? (pruned.encoder_ff_interm_features[index] ?? 0)
      : 0,
  }));
}

function requireLengths(pruned: PrunedJson, heads: Readonly<Record<string, readonly unknown[]>>) {
  const lists = {
    ...heads,
    encoder_use_attention: pruned.encoder_use_attention,
    encoder_use_feed_forward: pruned.encoder_use_feed_forward,
    encoder_ff_interm_features: pruned.encoder_ff_interm_features,
  };
  const count = pruned.encoder_num_layers;
  const wrong = Object.entries(lists).filter(([, list]) => list.length !== count);
  if (wrong.length === 0) return;
  throw refusal(
    wrong.map(([field]) => [field, `has to have an entry for each of the ${count} layers`]),
  );
}

/** Lists, tuples and dicts as JSON has them; anything else that is no plain value becomes undefined. */
function plain(value: PickleValue): unknown {
  if (isKind(value, "tuple") || isKind(value, "list")) return value.items.map(plain);
  if (isKind(value, "dict")) {
    return Object.fromEntries([...value.entries].map(([key, item]) => [String(key), plain(item)]));
  }
  return typeof value === "object" && value !== null ? undefined : value;
}

function refusal(faults: readonly (readonly [field: string, problem: string])[]): UndertoneError {
  const fields = [...new Set(faults.map(([field]) => field))];
  const reasons = faults.map(([field, problem]) => `${field}: ${problem}`);
  return new UndertoneError(
    "checkpoint-unsupported",
    `The pruned checkpoint's config has unsupported values (${reasons.join("; ")}).`,
    { fields },
  );
}
