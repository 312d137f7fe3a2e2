import { describe, expect, it } from "vitest";
import { originalNames } from "../../../../src/model/checkpoint/original/names.ts";
import { readKeyList } from "../../../support/checkpoints/key-list.ts";

/** The original's names of the large model's tensors: one for each line of what its WavLM.py builds. */
function largeNames(): string[] {
  const norm = (name: string) => [`${name}.weight`, `${name}.bias`];
  const convolutions = Array.from({ length: 7 }, (_, index) => [
    `feature_extractor.conv_layers.${index}.0.weight`,
    ...norm(`feature_extractor.conv_layers.${index}.2.1`),
  ]);
  const layers = Array.from({ length: 24 }, (_, index) => {
    const layer = `encoder.layers.${index}`;
    const linears = ["k_proj", "v_proj", "q_proj", "out_proj", "grep_linear"];
    return [
      `${layer}.self_attn.grep_a`,
      ...linears.flatMap((linear) => norm(`${layer}.self_attn.${linear}`)),
      ...["self_attn_layer_norm", "fc1", "fc2", "final_layer_norm"].flatMap((part) =>
        norm(`${layer}.${part}`),
      ),
    ];
  });
  return [
    "mask_emb",
    ...convolutions.flat(),
    ...norm("layer_norm"),
    ...norm("post_extract_proj"),
    "encoder.pos_conv.0.bias",
    "encoder.pos_conv.0.weight_g",
    "encoder.pos_conv.0.weight_v",
    "encoder.layers.0.self_attn.relative_attention_bias.weight",
    ...layers.flat(),
    ...norm("encoder.layer_norm"),
  ];
}

describe("originalNames", () => {
  it("gives the large model's tensors the hub's names", async () => {
    const hub = await readKeyList("large");
    expect([...originalNames(largeNames()).keys()].sort()).toEqual([...hub.keys()].sort());
  });

  it("knows newer torch's names of the weight norm", () => {
    const names = originalNames([
      "encoder.pos_conv.0.parametrizations.weight.original0",
      "encoder.pos_conv.0.parametrizations.weight.original1",
    ]);
    expect([...names.keys()]).toEqual([
      "encoder.pos_conv_embed.conv.weight_g",
      "encoder.pos_conv_embed.conv.weight_v",
    ]);
  });

  it("leaves a stranger's name as it is, to be found extra", () => {
    expect([...originalNames(["final_proj.weight"])]).toEqual([
      ["final_proj.weight", "final_proj.weight"],
    ]);
  });

  it("refuses two names of one tensor", () => {
    const twice = [
      "encoder.pos_conv.0.weight_g",
      "encoder.pos_conv.0.parametrizations.weight.original0",
    ];
    expect(() => originalNames(twice)).toThrow(
      expect.objectContaining({ slug: "checkpoint-invalid" }),
    );
  });
});
