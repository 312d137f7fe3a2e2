import { describe, expect, it } from "vitest";
import { parseOriginalConfig } from "../../../../src/model/checkpoint/original/config.ts";
import { syntheticCheckpoint } from "../../../../src/model/checkpoint/synthetic/synthetic.ts";

/** What the released WavLM-Large.pt says of itself, without what only training uses. */
const LARGE = {
  extractor_mode: "layer_norm",
  encoder_layers: 24,
  encoder_embed_dim: 1024,
  encoder_ffn_embed_dim: 4096,
  encoder_attention_heads: 16,
  activation_fn: "gelu",
  layer_norm_first: true,
  conv_feature_layers: "[(512,10,5)] + [(512,3,2)] * 4 + [(512,2,2)] * 2",
  conv_bias: false,
  normalize: true,
  conv_pos: 128,
  conv_pos_groups: 16,
  relative_position_embedding: true,
  num_buckets: 320,
  max_distance: 800,
  gru_rel_pos: true,
};

const parse = (changes: Readonly<Record<string, unknown>> = {}) =>
  parseOriginalConfig(new Map(Object.entries({ ...LARGE, ...changes })) as never);

describe("parseOriginalConfig", () => {
  it("reads the large architecture as the hub's config says it", () => {
    const { config, doNormalize } = syntheticCheckpoint("large");
    expect(parse()).toEqual({ config, doNormalize });
  });

  it("lets pass what only training uses", () => {
    expect(parse({ mask_prob: 0.8, dropout: 0 })).toEqual(parse());
  });

  it.each([
    ["gru_rel_pos", { gru_rel_pos: false }],
    ["relative_position_embedding", { relative_position_embedding: undefined }],
    ["activation_fn", { activation_fn: "relu" }],
    ["extractor_mode", { extractor_mode: "group" }],
    ["conv_feature_layers", { conv_feature_layers: "[(512,10,5)] * n" }],
    ["num_attention_heads", { encoder_attention_heads: 7 }],
  ])("refuses by name a %s that it cannot honour", (field, changes) => {
    expect(() => parse(changes)).toThrow(
      expect.objectContaining({
        slug: "checkpoint-unsupported",
        extensions: { fields: [field] },
      }),
    );
  });
});
