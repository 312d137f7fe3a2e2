import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { expectedTensors } from "../../../../src/model/checkpoint/backbone/expected-tensors.ts";
import { findBackbone } from "../../../../src/model/checkpoint/backbone/names.ts";
import { parseConfig } from "../../../../src/model/config.ts";
import { fixture } from "../../../support/checkpoints/files.ts";

const POSITIONAL = "encoder.pos_conv_embed.conv";
const config = parseConfig(
  JSON.parse(await readFile(fixture("golden/tiny-group/config.json"), "utf8")),
);
const expected = expectedTensors(config);

/** A file that has the whole backbone under each prefix, and other tensors of one element. */
function fileOf(prefixes: readonly string[], others: readonly string[] = []) {
  const backbones = prefixes.flatMap((prefix) =>
    [...expected].map(([name, shape]) => [prefix + name, shape] as const),
  );
  return { shapes: new Map([...backbones, ...others.map((name) => [name, [1]] as const)]) };
}

const refusal = (detail: RegExp) =>
  expect.objectContaining({
    slug: "checkpoint-invalid",
    message: expect.stringMatching(detail),
  });

describe("findBackbone", () => {
  it.each([
    "",
    "wavlm.",
    "model.",
    "module.",
    "encoder.model.",
    "model.wavlm.",
    "base_model.model.",
    "state_dict.model.wavlm.",
    "a.b.c.d.e.f.g.h.",
  ])("finds it under '%s'", (prefix) => {
    const found = findBackbone(fileOf([prefix]), expected);
    expect(found.prefix).toBe(prefix);
    expect([...found.names.keys()].sort()).toEqual([...expected.keys()].sort());
    expect(found.names.get("encoder.layer_norm.bias")).toBe(`${prefix}encoder.layer_norm.bias`);
    expect(found.others).toEqual([]);
  });

  it.each(["", "wavlm."])("knows weight norm's newer names under '%s'", (prefix) => {
    const { shapes } = fileOf([prefix]);
    const renamed = new Map(
      [...shapes].map(([name, shape]) => [
        name
          .replace(`${POSITIONAL}.weight_g`, `${POSITIONAL}.parametrizations.weight.original0`)
          .replace(`${POSITIONAL}.weight_v`, `${POSITIONAL}.parametrizations.weight.original1`),
        shape,
      ]),
    );
    const { names } = findBackbone({ shapes: renamed }, expected);
    expect(names.get(`${POSITIONAL}.weight_g`)).toBe(
      `${prefix}${POSITIONAL}.parametrizations.weight.original0`,
    );
  });

  it("tells heads and what pre-training left from it, and passes over what training needs", () => {
    const beside = ["classifier.dense.weight", "feature_extractor.weight", "project_q.weight"];
    const training = ["objective.weight", "wavlm.masked_spec_embed", "optimizer_states.0.step"];
    expect(findBackbone(fileOf(["wavlm."], [...beside, ...training]), expected).others).toEqual(
      beside,
    );
    expect(findBackbone(fileOf([""], [...beside, "masked_spec_embed"]), expected).others).toEqual(
      beside,
    );
  });

  it("keeps what stands in the backbone's modules with it, so that it is found to be extra", () => {
    const extra = "wavlm.encoder.layers.7.attention.k_proj.weight";
    const { names, others } = findBackbone(fileOf(["wavlm."], [extra]), expected);
    expect([names.get("encoder.layers.7.attention.k_proj.weight"), others]).toEqual([extra, []]);
  });

  it("refuses two backbones, unless one only fits", () => {
    const both = fileOf(["student.", "teacher."]);
    expect(() => findBackbone(both, expected)).toThrow(
      refusal(/2 backbones, under 'student\.' and 'teacher\.'/),
    );
    both.shapes.set("teacher.encoder.layer_norm.bias", [7]);
    expect(findBackbone(both, expected).prefix).toBe("student.");
  });

  it("names the prefixes and keys that are there where nothing is like it", () => {
    const other = fileOf([], ["encoder.conv1.weight", "encoder.conv2.weight", "decoder.weight"]);
    expect(() => findBackbone(other, expected)).toThrow(
      refusal(/names there begin with encoder\. \(2\), decoder\. \(1\), such as encoder\.conv1/),
    );
    expect(() => findBackbone({ shapes: new Map(), keys: ["epoch", "args"] }, expected)).toThrow(
      refusal(/there are no tensors, only epoch, args/),
    );
  });

  it("refuses both names of one tensor", () => {
    const file = fileOf([""], [`${POSITIONAL}.parametrizations.weight.original0`]);
    expect(() => findBackbone(file, expected)).toThrow(refusal(/have the same canonical name/));
  });
});
