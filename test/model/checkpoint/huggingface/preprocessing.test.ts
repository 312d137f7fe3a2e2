import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  parseDoNormalize,
  readDoNormalize,
} from "../../../../src/model/checkpoint/huggingface/preprocessing.ts";
import { temporaryDirectory } from "../../../support/checkpoints/files.ts";

describe("parseDoNormalize", () => {
  it("reads do_normalize, true when left out as in transformers", () => {
    expect(parseDoNormalize({ do_normalize: false, sampling_rate: 16000 })).toBe(false);
    expect(parseDoNormalize({ do_normalize: true })).toBe(true);
    expect(parseDoNormalize({})).toBe(true);
  });

  it.each([
    ["sampling_rate", { sampling_rate: 8000 }],
    ["feature_size", { feature_size: 80 }],
    ["do_normalize", { do_normalize: "yes" }],
    ["feature_extractor_type", { feature_extractor_type: "WhisperFeatureExtractor" }],
  ])("refuses another %s by name", (field, json) => {
    expect(() => parseDoNormalize(json)).toThrow(
      expect.objectContaining({
        slug: "checkpoint-unsupported",
        message: expect.stringContaining(field),
        extensions: { fields: [field] },
      }),
    );
  });
});

describe("readDoNormalize", () => {
  async function read(files: Readonly<Record<string, unknown>>): Promise<boolean> {
    const directory = await temporaryDirectory();
    for (const [name, json] of Object.entries(files)) {
      await writeFile(join(directory, `${name}.json`), JSON.stringify(json));
    }
    return readDoNormalize(directory);
  }

  it("reads processor_config.json alone, as transformers 5 writes it", async () => {
    const processor_config = { feature_extractor: { do_normalize: false }, processor_class: "X" };
    expect(await read({ processor_config })).toBe(false);
    expect(await read({ processor_config: { audio_processor: { do_normalize: false } } })).toBe(
      false,
    );
  });

  it("believes processor_config.json of both, where it says anything of samples", async () => {
    const preprocessor_config = { do_normalize: false };
    const stated = { feature_extractor: { do_normalize: true } };
    expect(await read({ preprocessor_config, processor_config: stated })).toBe(true);
    const older = { processor_class: "Wav2Vec2Processor" };
    expect(await read({ preprocessor_config, processor_config: older })).toBe(false);
  });

  it("names the file in which something cannot be honoured", async () => {
    const processor_config = { feature_extractor: { sampling_rate: 8000 } };
    await expect(read({ processor_config })).rejects.toMatchObject({
      slug: "checkpoint-unsupported",
      message: expect.stringMatching(/^processor_config\.json.*sampling_rate/),
    });
  });

  it("asks for a file where neither says it", async () => {
    await expect(read({ processor_config: { processor_class: "X" } })).rejects.toMatchObject({
      slug: "checkpoint-invalid",
      message: expect.stringContaining("do_normalize"),
    });
  });
});
