import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openHuggingFaceDirectory } from "../../../src/model/checkpoint/huggingface/open.ts";
import { decodeSafetensors, encodeSafetensors, fixture } from "../../support/checkpoints/files.ts";
import { familyCheckpoint, familyFile } from "../../support/model/families.ts";

/** The error of opening a directory. */
async function refusal(directory: string): Promise<unknown> {
  return openHuggingFaceDirectory(directory).catch((error: unknown) => error);
}

describe("a config.json that is not supported", () => {
  test.each([
    ["wav2vec2-large", { adapter_attn_dim: 16 }],
    ["wav2vec2-base", { add_adapter: true }],
    ["hubert-base", { conv_pos_batch_norm: true }],
    ["wav2vec2-base", { feat_proj_layer_norm: false }],
  ] as const)("is named: %s with %o", async (name, change) => {
    const [field] = Object.keys(change);
    expect(await refusal(await familyCheckpoint(name, { change }))).toMatchObject({
      slug: "checkpoint-unsupported",
      message: expect.stringContaining(`${field}:`),
      extensions: { fields: [field] },
    });
  });

  test("is of data2vec, whose positional encoder is another", async () => {
    const change = { model_type: "data2vec-audio" };
    expect(await refusal(await familyCheckpoint("wav2vec2-base", { change }))).toMatchObject({
      slug: "checkpoint-unsupported",
      message: expect.stringMatching(/data2vec.*positions are encoded by several convolutions/),
    });
  });
});

test.each(["preprocessor_config.json", "processor_config.json"])(
  "a processor of another family is named, in %s",
  async (file) => {
    const extractor = { feature_extractor_type: "WhisperFeatureExtractor", feature_size: 80 };
    const json = file.startsWith("processor") ? { feature_extractor: extractor } : extractor;
    const directory = await familyCheckpoint("hubert-base", {
      files: { [file]: JSON.stringify(json) },
    });
    expect(await refusal(directory)).toMatchObject({
      slug: "checkpoint-unsupported",
      message: expect.stringMatching(
        `${file}.*feature_extractor_type: is WhisperFeatureExtractor, and has to be Wav2Vec2FeatureExtractor`,
      ),
    });
  },
);

describe("a model_type that lies", () => {
  test("is named where the weights have no gates, with the family of their names", async () => {
    const change = { model_type: "wavlm" };
    expect(await refusal(await familyCheckpoint("wav2vec2-base", { change }))).toMatchObject({
      slug: "checkpoint-invalid",
      message: expect.stringMatching(
        /says model_type "wavlm", and the weights have no gates.*set model_type to one of wav2vec2, hubert, unispeech-sat/,
      ),
    });
    const prefixed = await familyCheckpoint("hubert-large", { head: "ctc", change });
    await writeFile(
      join(prefixed, "model.safetensors"),
      await withPrefix("hubert-large", "hubert."),
    );
    expect(await refusal(prefixed)).toMatchObject({
      message: expect.stringMatching(/set model_type to "hubert"/),
    });
  });

  test("is named where the weights have WavLM's gates", async () => {
    const directory = await familyCheckpoint("wav2vec2-base");
    const weights = await readFile(fixture("golden/tiny-group/model.safetensors"));
    await writeFile(join(directory, "model.safetensors"), weights);
    expect(await refusal(directory)).toMatchObject({
      slug: "checkpoint-invalid",
      message: expect.stringMatching(/"wav2vec2".*the gates of WavLM: set model_type to "wavlm"/),
    });
  });

  test("is said in a note between families that are one architecture", async () => {
    const directory = await familyCheckpoint("wav2vec2-base", { change: { model_type: "hubert" } });
    await writeFile(
      join(directory, "model.safetensors"),
      await withPrefix("wav2vec2-base", "wav2vec2."),
    );
    const { config, notes } = await openHuggingFaceDirectory(directory);
    expect(config.family).toBe("hubert");
    expect(notes).toContainEqual(
      expect.stringMatching(/says model_type "hubert", and the tensors are named wav2vec2\./),
    );
  });
});

/** The bytes of a model's backbone whose tensors are named as beside a head. */
async function withPrefix(
  name: Parameters<typeof familyFile>[0],
  prefix: string,
): Promise<Uint8Array> {
  const tensors = decodeSafetensors(await readFile(familyFile(name, "backbone.safetensors")));
  return encodeSafetensors(
    new Map([...tensors].map(([tensor, stored]) => [prefix + tensor, stored])),
  );
}
