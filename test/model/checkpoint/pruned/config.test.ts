import { describe, expect, it } from "vitest";
import type { PickleValue } from "../../../../src/model/checkpoint/pickle/values.ts";
import { parsePrunedConfig } from "../../../../src/model/checkpoint/pruned/config.ts";
import {
  PRUNED_CONVOLUTIONS,
  PRUNED_LAYERS,
} from "../../../../src/model/checkpoint/synthetic/pruned.ts";
import { syntheticCheckpoint } from "../../../../src/model/checkpoint/synthetic/synthetic.ts";

const KERNELS = [10, 3, 3, 3, 3, 2, 2];
const STRIDES = [5, 2, 2, 2, 2, 2, 2];

const COMMON = {
  extractor_mode: "group_norm",
  extractor_conv_layer_config: PRUNED_CONVOLUTIONS.map((channels, index) => [
    channels,
    KERNELS[index],
    STRIDES[index],
  ]),
  extractor_conv_bias: false,
  encoder_embed_dim: 768,
  encoder_projection_dropout: 0.1,
  encoder_pos_conv_kernel: 128,
  encoder_pos_conv_groups: 16,
  encoder_num_layers: 12,
  encoder_use_attention: PRUNED_LAYERS.map(({ heads }) => heads.length > 0),
  encoder_use_feed_forward: PRUNED_LAYERS.map(() => true),
  encoder_ff_interm_features: PRUNED_LAYERS.map(({ intermediateSize }) => intermediateSize),
  encoder_layer_norm_first: false,
  aux_num_out: null,
  normalize_waveform: false,
  encoder_prune_attention_heads: false,
};

/** As DiariZen publishes it. */
const WAVLM = {
  ...COMMON,
  encoder_total_num_heads: new Array(12).fill(12),
  encoder_remaining_heads: PRUNED_LAYERS.map(({ heads }) => heads),
  encoder_num_buckets: 320,
  encoder_max_distance: 800,
};

const HUBERT = {
  ...COMMON,
  encoder_num_heads: PRUNED_LAYERS.map(({ heads }) => heads.length),
  encoder_head_dim: 64,
};

/** As it stands in a pickle: lists and dicts. */
function pickled(value: unknown): PickleValue {
  if (Array.isArray(value)) return { kind: "list", items: value.map(pickled), depth: 1 };
  if (typeof value !== "object" || value === null) return value as PickleValue;
  const entries = new Map<PickleValue, PickleValue>();
  for (const [key, item] of Object.entries(value)) entries.set(key, pickled(item));
  return { kind: "dict", entries, depth: 1 };
}

const parse = (config: object, changes: Readonly<Record<string, unknown>> = {}) =>
  parsePrunedConfig(pickled({ ...config, ...changes }));

describe("parsePrunedConfig", () => {
  it("reads a published config", () => {
    expect(parse(WAVLM)).toEqual({
      config: syntheticCheckpoint("pruned").config,
      doNormalize: false,
    });
  });

  it("takes heads and feed-forwards as absent where their sublayer is", () => {
    const use = PRUNED_LAYERS.map((_, index) => index === 0);
    const { config } = parse(WAVLM, {
      encoder_use_attention: use,
      encoder_use_feed_forward: use,
    });
    const absent = { heads: [], intermediateSize: 0 };
    expect(config.prunedLayers).toEqual(
      PRUNED_LAYERS.map((layer, index) => (index === 0 ? layer : absent)),
    );
  });

  it("reads HuBERT's, which counts heads", () => {
    const { config } = parse(HUBERT);
    expect(config).toMatchObject({ family: "hubert", headCount: 12, bucketCount: null });
    expect(config.prunedLayers?.map(({ heads }) => heads.length)).toEqual(HUBERT.encoder_num_heads);
  });

  it.each([
    [WAVLM, "encoder_use_attention", { encoder_use_attention: new Array(12).fill(false) }],
    [WAVLM, "encoder_use_attention", { encoder_use_attention: [true] }],
    [WAVLM, "encoder_remaining_heads", { encoder_remaining_heads: new Array(12).fill([12]) }],
    [WAVLM, "encoder_remaining_heads", { encoder_remaining_heads: new Array(12).fill([3, 3]) }],
    [WAVLM, "encoder_total_num_heads", { encoder_total_num_heads: [12, ...new Array(11).fill(8)] }],
    [WAVLM, "encoder_prune_attention_heads", { encoder_prune_attention_heads: true }],
    [WAVLM, "aux_num_out", { aux_num_out: 32 }],
    [WAVLM, "extractor_mode", { extractor_mode: "batch_norm" }],
    [WAVLM, "extractor_conv_layer_config", { extractor_conv_layer_config: null }],
    [HUBERT, "encoder_num_heads", { encoder_num_heads: new Array(12).fill(13) }],
    [HUBERT, "encoder_head_dim", { encoder_head_dim: 100 }],
    [HUBERT, "encoder_ff_interm_features", { encoder_ff_interm_features: 3072 }],
  ])("refuses by name what it cannot honour (%#)", (config, field, changes) => {
    expect(() => parse(config, changes)).toThrow(
      expect.objectContaining({
        slug: "checkpoint-unsupported",
        message: expect.stringContaining(`${field}: `),
        extensions: { fields: [field] },
      }),
    );
  });
});
