/** The architecture of an encoder, as a Hugging Face config.json describes it. Long because it is one schema. */
import { z } from "zod";
import { UndertoneError } from "../errors.ts";
import { FAMILIES, type Family, requireFamily } from "./family.ts";
import {
  CONV_DIM,
  CONV_KERNEL,
  CONV_STRIDE,
  framingOf,
  HOP_SAMPLES,
  RECEPTIVE_FIELD_SAMPLES,
} from "./framing.ts";

/** The sizes of a pruned layer. */
export interface PrunedLayer {
  /** Those of the whole model's heads that are left, in the order of the weights; none where attention is absent. */
  readonly heads: readonly number[];
  /** 0 where the feed-forward is absent. */
  readonly intermediateSize: number;
}

/** The architecture of a model; sizes are element counts. */
export interface WavLMConfig {
  readonly family: Family;
  readonly hiddenSize: number;
  readonly layerCount: number;
  readonly headCount: number;
  readonly intermediateSize: number;
  /** By layer; null where every layer has all heads and the whole feed-forward. */
  readonly prunedLayers: readonly PrunedLayer[] | null;
  readonly convDim: readonly number[];
  readonly convKernel: readonly number[];
  readonly convStride: readonly number[];
  readonly convBias: boolean;
  /** `group`: group norm after conv0 only (base); `layer`: layer norm after every convolution (large). */
  readonly convNorm: "group" | "layer";
  /** `post`: layer norms after attention and feed-forward (base); `stable`: before them (large). */
  readonly layerNormPlacement: "post" | "stable";
  /** False where features are projected as the convolutions give them, as in DistilHuBERT. */
  readonly hasFeatureNorm: boolean;
  /** True where a factor for each channel of the last convolution comes before that norm, as in models pruned by DPHuBERT's code. */
  readonly hasFeatureScale: boolean;
  /** Of every layer norm but the convolutions', whose epsilon is 1e-5 in every model. */
  readonly layerNormEps: number;
  readonly positionalKernel: number;
  readonly positionalGroups: number;
  /** Of both directions together, a multiple of 4; null where attention has no position bias: in every family but WavLM. */
  readonly bucketCount: number | null;
  readonly maxBucketDistance: number | null;
}

/** Buckets of relative positions, which attention has biases for. */
export interface PositionBuckets {
  readonly bucketCount: number;
  readonly maxBucketDistance: number;
}

/** The buckets of a model's position bias; null where attention has none. */
export function positionBuckets(config: WavLMConfig): PositionBuckets | null {
  const { bucketCount, maxBucketDistance } = config;
  return bucketCount === null || maxBucketDistance === null
    ? null
    : { bucketCount, maxBucketDistance };
}

const size = z.int().min(1).max(65_536);
const exactGelu = z.enum(["gelu", "gelu_python"]);
const absent = z.unknown().refine(isAbsent, { error: "is not supported" }).optional();

/**
 * Every key that changes the numbers. A key left out means what it means to transformers: the value of the base models. Other
 * keys are let pass: those of today are for training, task heads and bookkeeping, and what a later transformers adds
 * must not break its checkpoints. Weights of something unknown are refused all the same, as extra tensors.
 */
const hubConfig = z
  .looseObject({
    model_type: z.enum(FAMILIES),
    hidden_size: size.default(768),
    num_hidden_layers: z.int().min(1).max(1024).default(12),
    num_attention_heads: size.default(12),
    intermediate_size: size.default(3072),
    hidden_act: exactGelu.default("gelu"),
    layer_norm_eps: z.number().positive().max(1).default(1e-5),
    do_stable_layer_norm: z.boolean().default(false),
    feat_extract_norm: z.enum(["group", "layer"]).default("group"),
    feat_extract_activation: exactGelu.default("gelu"),
    num_feat_extract_layers: z.int().optional(),
    conv_dim: z
      .array(size)
      .min(1)
      .max(64)
      .default([...CONV_DIM]),
    conv_kernel: z.array(size).default([...CONV_KERNEL]),
    conv_stride: z.array(size).default([...CONV_STRIDE]),
    conv_bias: z.boolean().default(false),
    feat_proj_layer_norm: z.boolean().default(true),
    conv_pos_batch_norm: z.literal(false).default(false),
    num_conv_pos_embeddings: size.default(128),
    num_conv_pos_embedding_groups: size.default(16),
    num_buckets: size.multipleOf(4).default(320),
    max_bucket_distance: z.int().min(2).max(1e9).default(800),
    add_adapter: z.literal(false).default(false),
    pruned_heads: absent,
    adapter_attn_dim: absent,
    quantization_config: absent,
  })
  .superRefine((hub, context) => {
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: "custom", path: [field], message });
    if (!hub.feat_proj_layer_norm && hub.model_type !== "hubert") {
      refuse("feat_proj_layer_norm", "may be false in HuBERT alone");
    }
    if (hub.hidden_size % hub.num_attention_heads !== 0) {
      refuse("num_attention_heads", `must divide hidden_size (${hub.hidden_size})`);
    }
    if (hub.hidden_size % hub.num_conv_pos_embedding_groups !== 0) {
      refuse("num_conv_pos_embedding_groups", `must divide hidden_size (${hub.hidden_size})`);
    }
    if (hub.max_bucket_distance <= hub.num_buckets / 4) {
      refuse("max_bucket_distance", `must be more than num_buckets / 4 (${hub.num_buckets / 4})`);
    }
    const convolutions = hub.conv_dim.length;
    if ((hub.num_feat_extract_layers ?? convolutions) !== convolutions) {
      refuse("num_feat_extract_layers", `must be the length of conv_dim (${convolutions})`);
    }
    if (hub.conv_kernel.length !== convolutions || hub.conv_stride.length !== convolutions) {
      refuse("conv_kernel", "conv_dim, conv_kernel and conv_stride must be equally long");
    } else {
      // Frame counts and the cutting of clips into chunks rely on the framing of the released models.
      const { receptiveFieldSamples, hopSamples } = framingOf(hub.conv_kernel, hub.conv_stride);
      if (receptiveFieldSamples !== RECEPTIVE_FIELD_SAMPLES || hopSamples !== HOP_SAMPLES) {
        refuse(
          "conv_stride",
          `with conv_kernel it makes frames of ${receptiveFieldSamples} samples every ${hopSamples}; ` +
            `only ${RECEPTIVE_FIELD_SAMPLES} every ${HOP_SAMPLES} is supported`,
        );
      }
    }
  });

/** Keys that mean nothing to families without a position bias. */
const NO_BUCKETS = { num_buckets: undefined, max_bucket_distance: undefined };

/**
 * Reads a Hugging Face config.json, already parsed as JSON; `source` is what errors call it.
 * @throws UndertoneError `checkpoint-unsupported` for another family of models, or naming every field that is not supported,
 *   also in its extension `fields`.
 */
export function parseConfig(json: unknown, source = "config.json"): WavLMConfig {
  const family = requireFamily(json, source);
  const hasPositionBias = family === "wavlm";
  const parsed = hubConfig.safeParse(
    hasPositionBias ? json : { ...(json as object), ...NO_BUCKETS },
  );
  if (!parsed.success) throw refusal(parsed.error, source);
  const hub = parsed.data;
  return {
    family,
    hiddenSize: hub.hidden_size,
    layerCount: hub.num_hidden_layers,
    headCount: hub.num_attention_heads,
    intermediateSize: hub.intermediate_size,
    prunedLayers: null,
    convDim: hub.conv_dim,
    convKernel: hub.conv_kernel,
    convStride: hub.conv_stride,
    convBias: hub.conv_bias,
    convNorm: hub.feat_extract_norm,
    layerNormPlacement: hub.do_stable_layer_norm ? "stable" : "post",
    hasFeatureNorm: hub.feat_proj_layer_norm,
    hasFeatureScale: false,
    layerNormEps: hub.layer_norm_eps,
    positionalKernel: hub.num_conv_pos_embeddings,
    positionalGroups: hub.num_conv_pos_embedding_groups,
    bucketCount: hasPositionBias ? hub.num_buckets : null,
    maxBucketDistance: hasPositionBias ? hub.max_bucket_distance : null,
  };
}

function isAbsent(value: unknown): boolean {
  return !value || (typeof value === "object" && Object.keys(value).length === 0);
}

function refusal(error: z.ZodError, source: string): UndertoneError {
  const fields = [...new Set(error.issues.map((issue) => String(issue.path[0] ?? source)))];
  const reasons = error.issues.map(
    (issue) => `${issue.path.join(".") || source}: ${issue.message}`,
  );
  return new UndertoneError(
    "checkpoint-unsupported",
    `${source} has unsupported values (${reasons.join("; ")}); use a checkpoint without them.`,
    { fields },
  );
}
