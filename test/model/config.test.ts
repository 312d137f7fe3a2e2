import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/model/config.ts";
import { fixture } from "../support/checkpoints/files.ts";

async function golden(name: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(fixture(`golden/${name}/config.json`), "utf8"));
}

const base = { model_type: "wavlm" };

describe("parseConfig", () => {
  it("reads a base architecture", async () => {
    expect(parseConfig(await golden("tiny-group"))).toEqual({
      family: "wavlm",
      hiddenSize: 48,
      layerCount: 3,
      headCount: 4,
      intermediateSize: 96,
      prunedLayers: null,
      convDim: [32, 32, 32, 32, 32, 32, 32],
      convKernel: [10, 3, 3, 3, 3, 2, 2],
      convStride: [5, 2, 2, 2, 2, 2, 2],
      convBias: false,
      convNorm: "group",
      layerNormPlacement: "post",
      hasFeatureNorm: true,
      hasFeatureScale: false,
      layerNormEps: 1e-5,
      positionalKernel: 16,
      positionalGroups: 4,
      bucketCount: 320,
      maxBucketDistance: 800,
    });
  });

  it("reads a large architecture", async () => {
    expect(parseConfig(await golden("tiny-layer-convbias"))).toMatchObject({
      convBias: true,
      convNorm: "layer",
      layerNormPlacement: "stable",
    });
  });

  it("reads an odd positional kernel", async () => {
    expect(parseConfig(await golden("tiny-group-convbias-oddpos")).positionalKernel).toBe(15);
  });

  it("takes what is left out to be WavLM Base's, as transformers does", () => {
    expect(parseConfig(base)).toMatchObject({
      hiddenSize: 768,
      layerCount: 12,
      headCount: 12,
      intermediateSize: 3072,
      positionalKernel: 128,
      positionalGroups: 16,
    });
  });

  it("honours every number that may differ", () => {
    const config = parseConfig({
      ...base,
      hidden_size: 96,
      num_attention_heads: 3,
      layer_norm_eps: 1e-6,
      conv_dim: [8, 16],
      conv_kernel: [80, 5],
      conv_stride: [80, 4],
      num_feat_extract_layers: 2,
      num_buckets: 64,
      max_bucket_distance: 128,
      num_conv_pos_embedding_groups: 8,
    });
    expect(config).toMatchObject({
      headCount: 3,
      layerNormEps: 1e-6,
      convDim: [8, 16],
      convKernel: [80, 5],
      bucketCount: 64,
      maxBucketDistance: 128,
      positionalGroups: 8,
    });
  });

  it("combines norms as the config does, and not only as the released models do", () => {
    expect(parseConfig({ ...base, feat_extract_norm: "layer" })).toMatchObject({
      convNorm: "layer",
      layerNormPlacement: "post",
    });
  });

  it("lets keys pass that change no number, known or not", () => {
    const training = { hidden_dropout: 0.5, mask_time_prob: 1, vocab_size: 7, pruned_heads: {} };
    expect(parseConfig({ ...base, ...training, from_the_future: {} })).toEqual(parseConfig(base));
  });

  it.each([
    ["model_type", { model_type: "whisper" }],
    ["feat_proj_layer_norm", { feat_proj_layer_norm: false }],
    ["conv_pos_batch_norm", { conv_pos_batch_norm: true }],
    ["model_type", { model_type: undefined }],
    ["hidden_act", { hidden_act: "gelu_new" }],
    ["feat_extract_activation", { feat_extract_activation: "relu" }],
    ["feat_extract_norm", { feat_extract_norm: "batch" }],
    ["add_adapter", { add_adapter: true }],
    ["pruned_heads", { pruned_heads: { "3": [0] } }],
    ["adapter_attn_dim", { adapter_attn_dim: 16 }],
    ["quantization_config", { quantization_config: { bits: 4 } }],
    ["num_attention_heads", { num_attention_heads: 7 }],
    ["num_conv_pos_embedding_groups", { num_conv_pos_embedding_groups: 5 }],
    ["num_feat_extract_layers", { num_feat_extract_layers: 6 }],
    ["conv_kernel", { conv_kernel: [10, 3] }],
    ["conv_stride", { conv_stride: [5, 2, 2, 2, 2, 2, 1] }],
    ["hidden_size", { hidden_size: 0 }],
    ["hidden_size", { hidden_size: 767.5 }],
    ["num_hidden_layers", { num_hidden_layers: -1 }],
    ["num_hidden_layers", { num_hidden_layers: 1e9 }],
    ["intermediate_size", { intermediate_size: "3072" }],
    ["layer_norm_eps", { layer_norm_eps: 0 }],
    ["conv_dim", { conv_dim: [] }],
    ["conv_bias", { conv_bias: "no" }],
    ["num_buckets", { num_buckets: 322 }],
    ["max_bucket_distance", { max_bucket_distance: 80 }],
  ])("refuses %s in %j by name", (field, change) => {
    expect(() => parseConfig({ ...base, ...change })).toThrow(
      expect.objectContaining({
        slug: "checkpoint-unsupported",
        message: expect.stringContaining(field),
        extensions: { fields: expect.arrayContaining([field]) },
      }),
    );
  });

  it.each(["wav2vec2", "hubert", "unispeech-sat"])(
    "reads %s, which has no position bias whatever its buckets are",
    (family) => {
      const stated = { model_type: family, num_buckets: 7, max_bucket_distance: 1 };
      expect(parseConfig(stated)).toEqual({
        ...parseConfig(base),
        family,
        bucketCount: null,
        maxBucketDistance: null,
      });
    },
  );

  it("names all it refuses at once", () => {
    expect(() => parseConfig({ ...base, hidden_act: "relu", add_adapter: true })).toThrow(
      expect.objectContaining({ extensions: { fields: ["hidden_act", "add_adapter"] } }),
    );
  });

  it.each([[null], [[]], [3], ["wavlm"]])("refuses %j, which is no object", (json) => {
    expect(() => parseConfig(json)).toThrow(
      expect.objectContaining({ slug: "checkpoint-unsupported" }),
    );
  });
});
