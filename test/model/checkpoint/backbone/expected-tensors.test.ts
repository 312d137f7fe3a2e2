import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { expectedTensors } from "../../../../src/model/checkpoint/backbone/expected-tensors.ts";
import { findBackbone } from "../../../../src/model/checkpoint/backbone/names.ts";
import { parseConfig } from "../../../../src/model/config.ts";
import { decodeSafetensors, fixture } from "../../../support/checkpoints/files.ts";
import { readKeyList } from "../../../support/checkpoints/key-list.ts";

const LARGE = {
  model_type: "wavlm",
  hidden_size: 1024,
  num_hidden_layers: 24,
  num_attention_heads: 16,
  intermediate_size: 4096,
  feat_extract_norm: "layer",
  do_stable_layer_norm: true,
};

describe("expectedTensors", () => {
  it.each([
    ["base-plus", { model_type: "wavlm" }],
    ["large", LARGE],
  ])("are those of WavLM %s on the hub, in their shapes", async (list, json) => {
    expect(new Map(expectedTensors(parseConfig(json)))).toEqual(await readKeyList(list));
  });

  it.each([
    ["tiny-group"],
    ["tiny-layer"],
    ["tiny-layer-convbias"],
    ["tiny-group-convbias-oddpos"],
  ])("are those transformers saved for %s", async (golden) => {
    const directory = `golden/${golden}`;
    const config = parseConfig(
      JSON.parse(await readFile(fixture(`${directory}/config.json`), "utf8")),
    );
    const saved = decodeSafetensors(await readFile(fixture(`${directory}/model.safetensors`)));
    const savedShapes = new Map([...saved].map(([name, { shape }]) => [name, shape] as const));
    const { names, others } = findBackbone({ shapes: savedShapes }, expectedTensors(config));
    const shapes = [...names].map(([name, fileName]) => [name, savedShapes.get(fileName)] as const);
    expect(new Map(expectedTensors(config))).toEqual(new Map(shapes));
    expect(others).toEqual([]);
  });
});
