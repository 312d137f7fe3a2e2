import { describe, expect, it } from "vitest";
import { parseDoNormalize } from "../../../src/model/checkpoint/preprocessing.ts";

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
