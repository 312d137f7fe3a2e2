import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openHuggingFaceDirectory } from "../../../src/model/checkpoint/huggingface/open.ts";
import { decodeSafetensors, encodeSafetensors, float32 } from "../../support/checkpoints/files.ts";
import { familyCheckpoint, familyFile, openFamily } from "../../support/model/families.ts";

/** What s3prl's distiller, and fairseq before it, calls the modules of transformers (s3prl/upstream/distiller/module.py). */
const RENAMED: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/(conv_layers\.\d+)\.conv\./, "$1.0."],
  [/(conv_layers\.\d+)\.layer_norm\./, "$1.2."],
  [/^feature_projection\.projection\./, "post_extract_proj."],
  [/pos_conv_embed\.conv\./, "pos_conv.0."],
  [/parametrizations\.weight\.original0$/, "weight_g"],
  [/parametrizations\.weight\.original1$/, "weight_v"],
  [/(layers\.\d+)\.attention\./, "$1.self_attn."],
  [/(layers\.\d+)\.layer_norm\./, "$1.self_attn_layer_norm."],
  [/feed_forward\.intermediate_dense\./, "fc1."],
  [/feed_forward\.output_dense\./, "fc2."],
];

test("DistilHuBERT as s3prl saves it is what the hub has, without the projections it was distilled with", async () => {
  const tensors = decodeSafetensors(
    await readFile(familyFile("hubert-distilled", "backbone.safetensors")),
  );
  const renamed = [...tensors].map(([name, tensor]) => {
    const original = RENAMED.reduce((own, [pattern, to]) => own.replace(pattern, to), name);
    return [`Distiller.${original}`, tensor] as const;
  });
  const projection = ["Distiller.output_layer.0.weight", float32([1, 2], [3, 4])] as const;
  const directory = await familyCheckpoint("hubert-distilled");
  await rm(join(directory, "model.safetensors.index.json"));
  await rm(join(directory, "backbone.safetensors"));
  const weights = encodeSafetensors(new Map([...renamed, projection]));
  await writeFile(join(directory, "distilled.safetensors"), weights);

  const opened = await openHuggingFaceDirectory(directory);
  const expected = await openFamily("hubert-distilled");
  expect(opened.config).toEqual(expected.config);
  expect(opened.notes?.join()).toContain("Left out: Distiller.output_layer.0");
  for (const name of [
    "feature_extractor.conv_layers.3.conv.weight",
    "feature_projection.projection.bias",
    "encoder.pos_conv_embed.conv.weight_g",
    "encoder.layers.1.attention.q_proj.weight",
    "encoder.layers.1.feed_forward.output_dense.bias",
  ]) {
    expect(await opened.tensor(name), name).toEqual(await expected.tensor(name));
  }
});
