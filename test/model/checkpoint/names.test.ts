import { describe, expect, it } from "vitest";
import { backboneNames } from "../../../src/model/checkpoint/names.ts";

const POSITIONAL = "encoder.pos_conv_embed.conv";

describe("backboneNames", () => {
  it("strips the prefix of checkpoints that have a head", () => {
    expect([...backboneNames(["wavlm.encoder.layer_norm.bias", "lm_head.bias"])]).toEqual([
      ["encoder.layer_norm.bias", "wavlm.encoder.layer_norm.bias"],
    ]);
  });

  it.each([
    [`${POSITIONAL}.weight_g`, `${POSITIONAL}.weight_v`],
    [
      `${POSITIONAL}.parametrizations.weight.original0`,
      `${POSITIONAL}.parametrizations.weight.original1`,
    ],
    [
      `wavlm.${POSITIONAL}.parametrizations.weight.original0`,
      `wavlm.${POSITIONAL}.parametrizations.weight.original1`,
    ],
  ])("knows weight norm's factors as %s", (magnitude, direction) => {
    expect([...backboneNames([direction, magnitude])]).toEqual([
      [`${POSITIONAL}.weight_v`, direction],
      [`${POSITIONAL}.weight_g`, magnitude],
    ]);
  });

  it("leaves out every head's tensors and the training mask", () => {
    const heads = [
      "lm_head.weight",
      "projector.weight",
      "projector.bias",
      "classifier.weight",
      "tdnn.4.kernel.weight",
      "layer_weights",
      "feature_extractor.weight",
      "feature_extractor.bias",
      "objective.weight",
      "wavlm.masked_spec_embed",
    ];
    expect(backboneNames(heads).size).toBe(0);
    expect(backboneNames(["masked_spec_embed"]).size).toBe(0);
  });

  it("does not take what looks like a head inside the backbone for one", () => {
    expect([...backboneNames(["wavlm.feature_extractor.weight"]).keys()]).toEqual([
      "feature_extractor.weight",
    ]);
  });

  it("does not take an unprefixed tensor beside prefixed ones for the backbone's", () => {
    const names = backboneNames(["wavlm.encoder.layer_norm.bias", "quantizer.weight"]);
    expect([...names.keys()]).toContain("quantizer.weight");
    expect(() =>
      backboneNames(["wavlm.encoder.layer_norm.bias", "encoder.layer_norm.bias"]),
    ).toThrow(expect.objectContaining({ slug: "checkpoint-invalid" }));
  });

  it("refuses both names of one tensor", () => {
    expect(() =>
      backboneNames([`${POSITIONAL}.weight_g`, `${POSITIONAL}.parametrizations.weight.original0`]),
    ).toThrow(expect.objectContaining({ slug: "checkpoint-invalid" }));
  });
});
